// Every way to have a start found: where a test says "from any start", it means these.
import { EFFORTS, INIT_STRATEGIES } from "../../src/input/init.ts";
import type { FitOptions } from "../../src/input/options.ts";

/** Options of a fit that say how its start is found, one of them. */
export type Search = Pick<FitOptions, "effort" | "init">;

/** The efforts, then the strategies; "thorough" is "race" by another name. */
export const SEARCHES: readonly Search[] = [
  ...EFFORTS.map((effort) => ({ effort })),
  ...INIT_STRATEGIES.filter((init) => init !== "race").map((init) => ({ init })),
];

/** What names a search in the title of a test. */
export function searchOf({ effort, init }: Search): string {
  return String(effort ?? init);
}
