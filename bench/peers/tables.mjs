// What the figures look like: `node bench/peers/tables.mjs [FILE]` prints the newest full results.
import { pathToFileURL } from "node:url";
import { TYPES } from "../../test/support/forms.mjs";
import { GRID, nameOf, QUICK_GRID } from "../data.mjs";
import { digits, headline, interval, markdown } from "../report.mjs";
import { KINDS } from "./peer.mjs";
import { newest, readResults } from "./results.mjs";
import { EQUAL, QUICK_WHOLE, WHOLE, WHOLE_VARIANTS } from "./whole.mjs";

/** @typedef {import("./results.mjs").Results} Results */
/** @typedef {import("../data.mjs").Shape} Shape */
/** @typedef {import("../data.mjs").Variant} Variant */
/** @typedef {import("../data.mjs").CovarianceType} CovarianceType */

/** Relative difference of log-likelihoods beyond which one of the two is wrong. */
export const TOLERANCE = 1e-9;
/** The best case for lazy evaluation, one between, and the worst. */
export const VARIANTS = /** @type {const} */ (["separated", "moderate", "overlapping"]);

const MEANING = { separated: "far apart", moderate: "overlapping a little", overlapping: "all on top of each other" };

/** @param {number} count */
const threadsOf = (count) => `${count} thread${count > 1 ? "s" : ""}`;
/** @param {CovarianceType} type @param {Variant} variant @param {Shape} shape @param {number} count threads */
export const caseName = (type, variant, shape, count) => `${type}, ${variant}, ${nameOf(shape)}, ${threadsOf(count)}`;
/** @param {Variant} variant @param {Shape} shape @param {number} count threads */
export const wholeName = (variant, shape, count) => `${variant}, ${nameOf(shape)}, ${threadsOf(count)}`;

/** What this library's own column is called where it is measured beside itself. */
const titleOf = (peer) => (peer === "gaussmix" ? "gaussmix, 1 thread" : KINDS[peer].title);
const twoDigits = (value) => (Math.abs(value) >= 10 ? value.toFixed(0) : value.toPrecision(2));
const geometricMean = (values) => Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/** A ratio; bold where this library loses. @param {number} ratio */
function ratioText(ratio) {
  return ratio < 1 ? `**${ratio.toFixed(2)}**` : twoDigits(ratio);
}

/** @param {number} difference absolute, relative, or whatever came of minus infinity */
function differenceText(difference) {
  if (!Number.isFinite(difference)) return "infinite";
  return difference === 0 ? "0" : difference.toExponential(0);
}

/** Notes under a table, numbered as they come. */
class Notes {
  #texts = [];

  /** @param {string} text @returns {string} its mark. */
  mark(text) {
    if (!this.#texts.includes(text)) this.#texts.push(text);
    return `<sup>${this.#texts.indexOf(text) + 1}</sup>`;
  }

  get text() {
    return this.#texts.map((text, i) => `\n${i + 1}. ${text}`).join("");
  }
}

/** What there is to say of each kind of data, once if it is the same. @param {string[]} texts */
const both = (texts) => (texts.every((text) => text === texts[0]) ? texts[0] : texts.join(" / "));

/** The kinds of data that were run. @param {Results} results */
function variantsOf({ iterations }) {
  return VARIANTS.filter((variant) => Object.keys(iterations).some((name) => name.includes(`, ${variant}, `)));
}

/** @param {Results} results @param {CovarianceType} type @param {number} count threads */
function casesOf(results, type, count) {
  return (results.quick ? QUICK_GRID : GRID).flatMap((shape) => {
    const kinds = variantsOf(results).map((variant) => results.iterations[caseName(type, variant, shape, count)]);
    return kinds.every((kind) => kind === undefined) ? [] : [{ shape: nameOf(shape), kinds }];
  });
}

/** The peers that some case has, in the order of KINDS. @param {any[]} rows */
function peersOf(rows) {
  return [...Object.keys(KINDS).slice(1), "gaussmix"].filter((peer) =>
    rows.some(({ kinds }) => kinds.some((kind) => kind?.[peer] !== undefined)),
  );
}

/** The ratios that were measured. @param {any[]} rows @param {string} peer @param {number} variant */
function ratiosOf(rows, peer, variant) {
  return rows.map(({ kinds }) => kinds[variant]?.[peer]?.ratio?.median).filter((ratio) => ratio !== undefined);
}

/** A peer's ratios in one row of the table. @param {any} row @param {string} peer @param {Notes} notes */
function ratioCell({ kinds }, peer, notes) {
  const texts = kinds.map((kind) => {
    const figures = kind?.[peer];
    if (figures === undefined) return "-";
    if (figures.failure !== undefined) return `-${notes.mark(`${titleOf(peer)}: ${figures.failure}.`)}`;
    const text = ratioText(figures.ratio.median);
    if (Math.abs(figures.difference) <= TOLERANCE) return text;
    const far = differenceText(Math.abs(figures.difference ?? Number.NaN));
    return `${text}${notes.mark(`${titleOf(peer)}: not the same log-likelihood; the relative difference is ${far}.`)}`;
  });
  return both(texts);
}

/** This library's milliseconds, beside the peer that it had most turns with. @param {any} row */
function ownCell({ kinds }) {
  const texts = kinds.map((kind) => {
    const beside = Object.values(kind ?? {}).flatMap((figures) => figures.gaussmix ?? []);
    const most = beside.sort((a, b) => b.count - a.count)[0];
    return most === undefined ? "-" : digits(most.median);
  });
  return both(texts);
}

/** @param {any[]} rows @param {string} peer */
function meanCell(rows, peer) {
  const texts = rows[0].kinds.map((_, variant) => {
    const ratios = ratiosOf(rows, peer, variant);
    return ratios.length > 0 ? ratioText(geometricMean(ratios)) : "-";
  });
  return both(texts);
}

/** @param {any[]} rows @param {string[]} peers */
function agreement(rows, peers) {
  const worst = peers.flatMap((peer) => {
    const differences = rows.flatMap(({ kinds }) => kinds.map((kind) => Math.abs(kind?.[peer]?.difference)));
    const equal = differences.filter((difference) => difference <= TOLERANCE);
    return equal.length > 0 ? [`${titleOf(peer)} ${differenceText(Math.max(...equal))}`] : [];
  });
  return `Largest relative difference of the log-likelihoods, notes aside: ${worst.join(", ")}.`;
}

/** @param {Results} results @param {CovarianceType} type @param {number} count threads */
function iterationTable(results, type, count) {
  const rows = casesOf(results, type, count);
  if (rows.length === 0) return "";
  const notes = new Notes();
  const peers = peersOf(rows);
  const ratios = (peer) => (row) => (row.mean ? meanCell(rows, peer) : ratioCell(row, peer, notes));
  const table = markdown({
    title: `One EM iteration: ${type} covariance, ${threadsOf(count)}`,
    columns: {
      "N x d, K": ({ shape }) => shape,
      "gaussmix, ms": (row) => (row.mean ? "" : ownCell(row)),
      ...Object.fromEntries(peers.map((peer) => [titleOf(peer), ratios(peer)])),
    },
    rows: [...rows, { shape: "geometric mean", mean: true }],
  });
  return `${table}\n\n${agreement(rows, peers)}\n${notes.text}\n`;
}

/** One row per covariance type: geometric mean and least of each peer's ratios. @param {Results} results @param {number} count */
function summaryTable(results, count) {
  const types = TYPES.map((type) => ({ type, rows: casesOf(results, type, count) })).filter(
    ({ rows }) => rows.length > 0,
  );
  if (types.length === 0) return "";
  const cell = (peer) => (row) =>
    variantsOf(results)
      .map((_, variant) => {
        const ratios = ratiosOf(row.rows, peer, variant);
        return ratios.length > 0 ? `${ratioText(geometricMean(ratios))} (${ratioText(Math.min(...ratios))})` : "-";
      })
      .join(" / ");
  return markdown({
    title: `All covariance types, ${threadsOf(count)}: geometric mean of the ratios (least)`,
    columns: {
      covariance: ({ type }) => type,
      ...Object.fromEntries(peersOf(types.flatMap(({ rows }) => rows)).map((peer) => [titleOf(peer), cell(peer)])),
    },
    rows: types,
  });
}

/** @param {Results} results @param {readonly number[]} counts threads */
function wholeTable(results, counts) {
  const rows = [];
  for (const { shape } of results.quick ? QUICK_WHOLE : WHOLE) {
    for (const variant of WHOLE_VARIANTS) {
      for (const count of counts) {
        const figures = results.whole[wholeName(variant, shape, count)] ?? {};
        for (const peer of Object.keys(KINDS)) {
          if (figures[peer] !== undefined)
            rows.push({ shape: nameOf(shape), N: shape.N, variant, count, peer, ...figures[peer] });
        }
      }
    }
  }
  if (rows.length === 0) return "";
  const measured = (show) => (row) => (row.failure === undefined ? show(row) : "-");
  const table = markdown({
    title: "Whole fits with default options",
    note:
      "Starts included; medians over seeds. No lower: not by more than " +
      `${EQUAL} per row, as regularisation and stopping rules differ. Armadillo has no defaults: 10 iterations of ` +
      "k-means and 5 of EM are its documentation's; oneDAL's are at most 10 of EM: both stop early.",
    columns: {
      "N x d, K": (row) => row.shape,
      components: (row) => row.variant,
      threads: (row) => `${row.count}`,
      peer: (row) => titleOf(row.peer),
      "its seconds": measured((row) => digits(row.ms.median / 1000)),
      "gaussmix, seconds": measured((row) => digits(row.gaussmix.median / 1000)),
      "ratio (95%)": measured((row) => (row.ratio.median < 1 ? `**${interval(row.ratio)}**` : interval(row.ratio))),
      "its log-likelihood per row": (row) =>
        row.failure === undefined ? (row.logLikelihood / row.N).toFixed(5) : row.failure,
      "gaussmix's": measured((row) => (row.ours / row.N).toFixed(5)),
      "gaussmix's no lower in": measured((row) =>
        row.better < row.fits ? `**${row.better}** of ${row.fits}` : `${row.better} of ${row.fits}`,
      ),
    },
    rows,
  });
  return `${table}\n`;
}

/** @param {Results} results */
function legend(results) {
  const { versions, ...machine } = results;
  const kinds = variantsOf(results).map((variant) => MEANING[variant]);
  return [
    headline(machine),
    "",
    "How many times longer a peer takes than gaussmix on the same number of threads: median of paired ratios, taken in turn " +
      `in one run, same data, same start. Components ${kinds.join(" / ")}; one figure where they agree. Below 1, in bold, ` +
      "the peer is faster.",
    "",
    ...Object.values(versions).map((version) => `- ${version}`),
  ].join("\n");
}

/** One empty line between parts. @param {string[]} parts */
const tidy = (parts) =>
  `${parts
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim()}\n`;

/** All tables. @param {Results} results */
export function document(results) {
  const tables = [1, 2].flatMap((count) => [
    ...TYPES.map((type) => iterationTable(results, type, count)),
    summaryTable(results, count),
  ]);
  return tidy([legend(results), ...tables, wholeTable(results, [1, 2])]);
}

/** What docs/benchmarks.md quotes. @param {Results} results */
export function excerpt(results) {
  const tables = [1, 2].flatMap((count) => [iterationTable(results, "full", count), summaryTable(results, count)]);
  const all = [legend(results), ...tables, wholeTable(results, [2])].join("\n");
  return all
    .replaceAll(/^## /gm, "### ")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
}

/** Ratios of one peer: their geometric mean and the least. @param {number[]} ratios */
const meanAndLeast = (ratios) =>
  ratios.length > 0 ? `${ratioText(geometricMean(ratios))} (${ratioText(Math.min(...ratios))})` : "-";

/** One table of all peers, for README.md. @param {Results} results */
export function glance(results) {
  const variants = variantsOf(results);
  const cases = [1, 2].map((count) => casesOf(results, "full", count));
  const iterations = (peer, count) =>
    both(variants.map((_, variant) => meanAndLeast(ratiosOf(cases[count - 1], peer, variant))));
  const whole = (peer) =>
    meanAndLeast(Object.values(results.whole).flatMap((figures) => figures[peer]?.ratio?.median ?? []));
  const rows = Object.keys(KINDS).slice(1);
  const table = markdown({
    columns: {
      "times longer": titleOf,
      "EM iteration, 1 thread": (peer) => iterations(peer, 1),
      "2 threads": (peer) => iterations(peer, 2),
      "whole fit, default options": whole,
    },
    rows,
  }).trim();
  const { versions: _, ...machine } = results;
  return [
    "How many times longer others take than gaussmix: geometric mean over data of 10,000 to a million rows, in brackets the least; where " +
      `there are two figures, components ${variants.map((variant) => MEANING[variant]).join(" / ")}. Below 1, in bold, the other is faster.`,
    "",
    table,
    "",
    `${headline(machine)}. Full covariances; whole fits of 5,000 to a million rows, starts included.`,
  ].join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , file] = process.argv;
  console.log(document(readResults(file === undefined ? newest() : pathToFileURL(file))));
}
