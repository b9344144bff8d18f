// One EM iteration on one thread: the library beside the dense prototype, then the four covariance types.

import { TYPES } from "../test/support/forms.mjs";
import { GRID, mixtureRows, nameOf, QUICK_GRID } from "./data.mjs";
import { pairedRatio, summaryOf } from "./paired.mjs";
import { iterationsFor, sideBySide, timeIterations } from "./prototype/beside.mjs";
import { digits, interval, main, progress, spread } from "./report.mjs";

/** Relative difference of the log-likelihoods beyond which one of the two is wrong. */
const TOLERANCE = 1e-9;
const VARIANTS = /** @type {const} */ (["moderate", "separated", "overlapping"]);

/** @param {import("./data.mjs").Variant} variant @param {boolean} quick @param {Awaited<ReturnType<typeof sideBySide>>} beside */
function againstPrototype(variant, quick, beside) {
  const rows = [];
  for (const given of quick ? QUICK_GRID : GRID) {
    progress(`iteration: ${variant}, ${nameOf(given)}`);
    const iterations = iterationsFor(given, quick ? 400 : 1500);
    const { shape, ours, asItWas, noSubnormals, disagreement } = beside(given, variant, {
      iterations,
      repeats: quick ? 1 : 2,
    });
    if (!(disagreement <= TOLERANCE)) process.exitCode = 1;
    rows.push({
      shape: nameOf(given),
      ...{ rows: shape.N, variant, ours: summaryOf(ours), disagreement },
      prototype: { ...summaryOf(asItWas), ratio: pairedRatio(asItWas, ours) },
      noSubnormals: { ...summaryOf(noSubnormals), ratio: pairedRatio(noSubnormals, ours) },
    });
  }
  return {
    title: `One EM iteration, full covariance, one thread: ${variant} components`,
    note:
      "Milliseconds; median (min, mean ± standard deviation) of iterations taken in turn. Ratios: medians of the paired " +
      "ratios prototype / gaussmix (95% interval), above 1 the library is faster. The prototype as it was and, fairer, with " +
      "exponentials cut off where they cause no subnormal numbers.",
    columns: {
      "N x d, K": (row) => row.shape,
      gaussmix: (row) => spread(row.ours),
      "dense prototype": (row) => spread(row.prototype),
      ratio: (row) => interval(row.prototype.ratio),
      "without subnormals": (row) => spread(row.noSubnormals),
      "ratio to that": (row) => interval(row.noSubnormals.ratio),
      pairs: (row) => `${row.ours.count}`,
      "log-likelihoods differ by": (row) =>
        row.disagreement <= TOLERANCE ? row.disagreement.toExponential(0) : `**${row.disagreement.toExponential(0)}**`,
    },
    rows,
  };
}

/** @param {boolean} quick */
function covarianceTypes(quick) {
  const rows = [];
  for (const shape of quick ? QUICK_GRID : GRID) {
    progress(`iteration: covariance types, ${nameOf(shape)}`);
    const data = mixtureRows(shape);
    const iterations = iterationsFor(shape, quick ? 200 : 600);
    const row = { shape: nameOf(shape) };
    for (const covarianceType of TYPES) {
      const ms = summaryOf(timeIterations(data, shape, { covarianceType, iterations }));
      const each = 1e6 / (shape.N * shape.K);
      row[covarianceType] = { ms, nanoseconds: ms.median * each, least: ms.min * each };
    }
    rows.push(row);
  }
  const cell = (type) => (row) => `${digits(row[type].nanoseconds)} (${digits(row[type].least)})`;
  return {
    title: "One EM iteration by covariance type",
    note: "Nanoseconds per row and component, one thread, moderate components; median (min).",
    columns: { "N x d, K": (row) => row.shape, ...Object.fromEntries(TYPES.map((type) => [type, cell(type)])) },
    rows,
  };
}

/** @type {Parameters<typeof main>[1]} */
async function run({ quick }) {
  const beside = await sideBySide();
  const tables = (quick ? VARIANTS.slice(0, 1) : VARIANTS).map((variant) => againstPrototype(variant, quick, beside));
  return [...tables, covarianceTypes(quick)];
}

await main(import.meta.url, run);
