// What the efforts are called in tables, and the options that ask for them.

/** @type {Record<"quick" | "standard" | "thorough", import("gaussmix").FitOptions>} */
export const EFFORTS = {
  quick: { init: "kmeans" },
  standard: { init: "kmeans-standardised" },
  thorough: {},
};
