// The tables of the README, from what the tests of the last run have recorded in build/runtimes.
import { readdirSync, readFileSync } from "node:fs";

const results = new URL("../../build/runtimes/", import.meta.url);

const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const counts = ({ passed, failed }) => (failed > 0 ? `${failed} of ${passed + failed} FAILED` : `${passed} passed`);

/** @returns {Record<string, string>} by the name of their block. */
export function tables() {
  const rows = readdirSync(results)
    .filter((name) => /^\d+\.json$/.test(name))
    .sort()
    .map((name) => JSON.parse(readFileSync(new URL(name, results), "utf8")));
  const inBrowser = ({ order }) => order >= 10;
  const body = rows.map((row) => [
    `${row.runtime} ${row.version}${inBrowser(row) ? `, ${row.shared ? "" : "not "}isolated` : ""}`,
    counts(row.api),
    `${row.shared ? "workers" : "one thread"}: ${counts(row.threads)}`,
    `\`${row.sha256.slice(0, 12)}…\``,
    row.coldStart.toFixed(1),
  ]);
  return { runtimes: table(["runtime", "API", "threads", "SHA-256 of all results", "cold start, ms"], body) };
}
