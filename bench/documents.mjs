// The figures in docs/benchmarks.md and the table in README.md, from the newest full results: `npm run bench:tables` writes
// them between their marks. test/documents.test.ts holds the pages to the results.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { newest, readResults } from "./peers/results.mjs";
import { excerpt, glance } from "./peers/tables.mjs";
import { digits, headline, interval, markdown } from "./report.mjs";

const root = new URL("../", import.meta.url);

/** The figures of this library alone that a full run has written last. */
function ownResults() {
  const folder = new URL("bench/results/", root);
  const names = readdirSync(folder).filter((name) => /^\d{4}-\d\d-\d\d-(?!.*-(?:peers|quick)\.).*\.json$/.test(name));
  const last = names.sort().at(-1);
  if (last === undefined) throw new Error("bench/results has no figures: run npm run bench");
  return JSON.parse(readFileSync(new URL(last, folder), "utf8"));
}

/** One EM iteration beside the dense kernels that the library started from. @param {any} results */
function iterationTable({ benches }) {
  const of = (variant) =>
    benches.iteration.find(
      ({ title }) => title === `One EM iteration, full covariance, one thread: ${variant} components`,
    ).rows;
  const [separated, moderate, overlapping] = ["separated", "moderate", "overlapping"].map(of);
  const columns = { "N x d, K": ({ i }) => separated[i].shape };
  for (const [name, rows] of Object.entries({ separated, moderate, overlapping })) {
    columns[`${name}: ms`] = ({ i }) => digits(rows[i].ours.median);
    columns[`${name}: ratio`] = ({ i }) => digits(rows[i].noSubnormals.ratio.median);
  }
  return markdown({ columns, rows: separated.map((_, i) => ({ i })) }).trim();
}

/** What else was measured: starting, one row, memory, a second thread. @param {any} results */
function otherTable({ benches: { cold, predict, memory, threads } }) {
  const over = (name) => cold[0].rows.find((row) => row.process === name).over.median;
  const inside = (name) => cold[1].rows.find((row) => row.part === name).ms.median;
  const [row] = predict[0].rows;
  const [peak] = memory[0].rows;
  const rows = [
    [
      "import, compile and fit Iris in a fresh process, over an empty one",
      `${digits(over("import, compile and fit Iris"))} ms (${digits(inside("import"))} to import, ${digits(inside("compile and fit Iris"))} to compile and fit)`,
    ],
    [`\`predict\` of one row on a loaded model, ${row.shape}`, `${digits(row.flat.median)} µs`],
    [`\`scoreSamples\` of one row, ${row.shape}`, `${digits(row.density.median)} µs`],
    [
      memory[0].title.replace(/^Memory of a fit: /, "peak memory of a fit beside the data, "),
      `${(peak.bytes / 1e6).toFixed(1)} MB`,
    ],
    ...threads[0].rows.map(({ shape, variant, gain, ceiling }) => [
      `a second thread makes an iteration shorter, ${shape}, ${variant}`,
      `${interval(gain)} times; two independent fits gain ${interval(ceiling)}`,
    ]),
  ];
  return markdown({ columns: { measured: ([what]) => what, figure: ([, figure]) => figure }, rows }).trim();
}

/** The generated blocks: page, mark and text. */
export function blocks() {
  const own = ownResults();
  const peers = readResults(newest());
  return [
    { page: "README.md", name: "speed", text: glance(peers) },
    { page: "docs/benchmarks.md", name: "iteration", text: `${headline(own)}\n\n${iterationTable(own)}` },
    { page: "docs/benchmarks.md", name: "others", text: otherTable(own) },
    { page: "docs/benchmarks.md", name: "peers", text: excerpt(peers) },
  ];
}

/** The place of a block in a page: what is between its marks. */
export const blockIn = (name) => new RegExp(`(<!-- ${name}: .*-->\n)[\\s\\S]*?(\n?<!-- end -->)`);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { page, name, text } of blocks()) {
    const file = new URL(page, root);
    const before = readFileSync(file, "utf8");
    if (!blockIn(name).test(before)) throw new Error(`${page} has no block <!-- ${name}: … --> … <!-- end -->`);
    writeFileSync(
      file,
      before.replace(blockIn(name), (_, head) => `${head}\n${text}\n\n<!-- end -->`),
    );
  }
}
