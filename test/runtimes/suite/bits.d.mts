/** Digests of the results of the fixed problems: of all together, and of each by its name. */
export declare function bitsOf(
  gaussmix: typeof import("../../../src/index.ts"),
  together?: (fit: (more: object) => Promise<unknown>) => Promise<unknown>,
): Promise<{ readonly all: string; readonly problem: Readonly<Record<string, string>> }>;
