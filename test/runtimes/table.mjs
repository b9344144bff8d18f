// The tables of docs/guide/where-it-runs.md, from what the tests of the last run have recorded.
import { files, sizes } from "../../tools/size.mjs";
import { ROWS } from "./matrix.mjs";

const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const counts = ({ passed, failed }) => (failed > 0 ? `${failed} of ${passed + failed} FAILED` : `${passed} passed`);

const kb = (bytes) => (bytes / 1000).toFixed(1);

/**
 * @param {readonly object[]} rows - of the matrix.
 * @returns {Promise<Record<string, string>>} by the name of their block.
 */
export async function tables(rows) {
  const body = rows.map((row) => [
    row.name.replace(/^([\w-]+)(?: \d+)?/, `$1 ${row.version}`),
    counts(row.api),
    `${ROWS[row.name] ? "workers" : "one thread"}: ${counts(row.threads)}`,
    `\`${row.sha256.slice(0, 12)}…\``,
    row.coldStart?.toFixed(1) ?? "MISSING",
  ]);
  const imported = (await sizes()).map(({ name, gzipped, code, kernels }) => [
    name,
    ...[gzipped, code, kernels].map(kb),
  ]);
  const served = files().map(({ name, gzipped }) => [`the file \`${name}\``, kb(gzipped), "", ""]);
  const worker = rows.find((row) => row.request !== undefined);
  const ms = (value) => `${value.toFixed(2)} ms`;
  return {
    ...(worker && {
      request: `One request to [the example](../../examples/cloudflare-worker/worker.mjs), the anomaly score of one row, takes workerd
${ms(worker.request)} of processor time after its start, HTTP and JSON included; a request to a worker that does nothing takes
${ms(worker.emptyRequest)} (all threads of the process; means of 400 requests, the least of 10 such rounds).`,
    }),
    sizes: table(["import", "KB", "code", "kernels"], [...imported, ...served]),
    runtimes: `Taken on ${new Date().toISOString().slice(0, 10)}.

${table(["runtime", "API", "threads", "SHA-256 of all results", "cold start, ms"], body)}`,
  };
}
