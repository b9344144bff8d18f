// Cold start: import, compile and fit Iris in a fresh process, over a process that does nothing.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { interleave, medianInterval, medianOf, summaryOf } from "./paired.mjs";
import { interval, main, progress, spread } from "./report.mjs";

/** @param {string} file @param {string[]} options */
function launch(file, ...options) {
  const path = fileURLToPath(new URL(`cold/${file}.mjs`, import.meta.url));
  return execFileSync(process.execPath, [path, ...options], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

/** @type {Parameters<typeof main>[1]} */
async function run({ quick }) {
  progress("cold");
  const rounds = quick ? 15 : 41;
  const tasks = { empty: () => launch("empty"), import: () => launch("import"), fit: () => launch("iris") };
  const { empty, import: loads, fit } = await interleave(tasks, { rounds, warmup: 2 });
  const over = (samples) => medianInterval(samples.map((value, i) => value - empty[i]));
  const marks = Array.from({ length: rounds }, () => JSON.parse(launch("iris", "--marks")));
  const processes = [
    { process: "empty", ms: summaryOf(empty), over: undefined },
    { process: "import", ms: summaryOf(loads), over: over(loads) },
    { process: "import, compile and fit Iris", ms: summaryOf(fit), over: over(fit) },
  ];
  const inside = [
    { part: "import", ms: summaryOf(marks.map(({ load }) => load)) },
    { part: "compile and fit Iris", ms: summaryOf(marks.map(({ fit: first }) => first)) },
  ];
  return [
    {
      title: "Cold start",
      note: `Milliseconds from launch to exit of ${rounds} fresh processes of each kind, taken in turn; over the empty one: median of the paired differences (95% interval).`,
      columns: {
        process: (row) => row.process,
        "launch to exit": (row) => spread(row.ms),
        "over the empty one": (row) => (row.over === undefined ? "" : interval(row.over)),
      },
      rows: processes,
    },
    {
      title: "Inside the cold process",
      note: `Milliseconds by its own clock; log-likelihood ${medianOf(marks.map((mark) => mark.logLikelihood)).toFixed(3)}.`,
      columns: { part: (row) => row.part, time: (row) => spread(row.ms) },
      rows: inside,
    },
  ];
}

await main(import.meta.url, run);
