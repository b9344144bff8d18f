// What the efforts are called in tables, and the options that ask for them.

/** @type {Record<"quick" | "standard" | "thorough", { effort: "quick" | "standard" | "thorough" }>} */
export const EFFORTS = {
  quick: { effort: "quick" },
  standard: { effort: "standard" },
  thorough: { effort: "thorough" },
};
