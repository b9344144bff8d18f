// What every bench has in common: its first line, its tables, and how it hands its figures to run.mjs.
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

/**
 * @typedef {Record<string, unknown>} Row
 * @typedef {{ title?: string, note?: string, columns: Record<string, (row: any) => string>, rows: Row[] }} Table
 *   columns: heading and what to print below it.
 * @typedef {{ quick: boolean }} Options
 */

/** @param {string[]} args */
function git(...args) {
  const cwd = fileURLToPath(new URL(".", import.meta.url));
  return execFileSync("git", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
}

/** Texts and results, which an earlier bench may just have written, are no changes. */
function commitOf() {
  const besides = [":(top)", ":(top,exclude)*.md", ":(top,exclude)bench/results"];
  try {
    return (
      git("rev-parse", "--short", "HEAD") +
      (git("status", "--porcelain", "--", ...besides) === "" ? "" : " with changes")
    );
  } catch {
    return "unknown";
  }
}

/** Where and when this runs, and on what. */
export function host() {
  const processors = cpus();
  return {
    processor: `${processors[0]?.model.trim() ?? "unknown processor"}, ${processors.length} threads`,
    engine: `Node ${process.versions.node} (V8 ${process.versions.v8})`,
    commit: commitOf(),
    date: new Date().toISOString().slice(0, 10),
  };
}

/** @param {ReturnType<typeof host>} host */
export function headline({ processor, engine, commit, date }) {
  return `${processor}; ${engine}; commit ${commit}; ${date}`;
}

/** A processor in the name of a file: "amd-epyc". @param {string} text */
export function slug(text) {
  const bare = text.toLowerCase().replace(/\(r\)|\(tm\)|@.*|,.*/g, "");
  return bare.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

/** Three significant digits. @param {number} value */
export function digits(value) {
  if (!Number.isFinite(value)) return "-";
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** "12.3 (min 12.1, mean 12.4 ± 0.2)". @param {import("./paired.mjs").Summary} summary */
export function spread({ median, min, mean, std }) {
  return `${digits(median)} (min ${digits(min)}, mean ${digits(mean)} ± ${digits(std)})`;
}

/** "2.34 (2.30 to 2.41)". @param {import("./paired.mjs").Ratio} ratio */
export function interval({ median, low, high }) {
  return `${digits(median)} (${digits(low)} to ${digits(high)})`;
}

/** @param {Table} table @returns {string} Markdown. */
export function markdown({ title, note, columns, rows }) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const names = Object.keys(columns);
  const cells = rows.map((row) => names.map((name) => columns[name](row)));
  const widths = names.map((name, i) => Math.max(3, name.length, ...cells.map((row) => row[i].length)));
  const padded = (row) => line(row.map((cell, i) => cell.padEnd(widths[i])));
  const body = [padded(names), line(widths.map((width) => "-".repeat(width))), ...cells.map(padded)].join("\n");
  const heading = title === undefined ? "" : `\n## ${title}\n`;
  return `${heading}${note === undefined ? "" : `\n${note}\n`}\n${body}`;
}

/** A line of progress on standard error, which leaves the tables clean. @param {string} text */
export function progress(text) {
  process.stderr.write(`  ${text}\n`);
}

/**
 * Runs a bench when its file is the one that was started, and prints its tables. A parent process gets the rows.
 *
 * @param {string} url `import.meta.url` of the bench.
 * @param {(options: Options) => Promise<Table[]>} run
 */
export async function main(url, run) {
  if (process.argv[1] !== fileURLToPath(url)) return;
  const quick = process.argv.includes("--quick");
  if (process.send === undefined) console.log(headline(host()));
  const tables = await run({ quick });
  for (const table of tables) console.log(markdown(table));
  process.send?.(tables.map(({ title, rows }) => ({ title, rows })));
  process.disconnect?.();
}
