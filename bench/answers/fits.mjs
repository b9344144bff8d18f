// The tables of bench/answers.mjs about fits: how long they take, and what they find.
import { medianOf, pairedRatio } from "../paired.mjs";
import { digits, markdown } from "../report.mjs";

/**
 * @typedef {{ table: string, title: string, type: string, K: number, shape: [number, number], isSmall: boolean, best?: number,
 *   results: import("./contest.mjs").Result[] }} FitResult
 */

/** Log-likelihoods that differ by less are the same solution, and one that is nearly as good. */
export const SAME = 1e-4;
export const NEAR = 0.1;
/** The effort that others are compared with. */
export const JUDGED = "standard";
/** A case in which this share of seeds ends in one solution is stable. */
const STABLE = 0.9;
const RIVAL = "scikit-learn";
/** Nats per row by which the judged effort may be below the rival. */
const LEAST_GAIN = 1e-3;

/** @param {import("./contest.mjs").Result[]} results @param {string} name */
export const resultOf = (results, name) => results.find((result) => result.name === name);
/** @param {import("./contest.mjs").Result} result */
export const medianMs = ({ turns }) => medianOf(turns.map(({ ms }) => ms));
/** Whether the time of a contestant is its own: others take what an effort took. @param {string} name */
const isTimed = (name) => !name.includes("'s time");
const percent = (/** @type {number} */ share) => `${Math.round(100 * share)}`;

/** "3.10 (2.98 to 3.3)": how many times longer a took than b, turn by turn. @param {import("./contest.mjs").Result} a @param {import("./contest.mjs").Result} b */
export function timesLonger(a, b) {
  const count = Math.min(a.turns.length, b.turns.length);
  const msOf = ({ turns }) => turns.slice(0, count).map(({ ms }) => ms);
  return pairedRatio(msOf(a), msOf(b));
}

/** What is known of a case: the best kept, or, of generated rows, the best that this run has found. @param {FitResult} one */
function targetOf({ best, results }) {
  return best ?? Math.max(...results.flatMap(({ turns }) => turns.map(({ logLikelihood }) => logLikelihood)));
}

/**
 * Share of fits that are no further below the target, and without a component on few rows: the report warns of it, or, as peers do
 * not, the likelihood is above that of all solutions without one.
 *
 * @param {import("./contest.mjs").Result} result
 * @param {number} target
 * @param {number} slack
 */
function shareWithin({ turns }, target, slack) {
  const reached = turns.filter(({ logLikelihood, isSpurious = logLikelihood > target + NEAR }) => {
    return !isSpurious && logLikelihood >= target - slack;
  });
  return reached.length / turns.length;
}

/** Share of fits that end in the solution in which most end. @param {import("./contest.mjs").Result} result */
function shareAgreed({ turns }) {
  const found = turns.map(({ logLikelihood }) => logLikelihood);
  return Math.max(...found.map((one) => found.filter((other) => Math.abs(one - other) < SAME).length)) / found.length;
}

/** "-1.2 (80, 90)": median below the target, per cent within SAME and NEAR of it. @param {import("./contest.mjs").Result} result @param {number} target */
function foundText(result, target) {
  if (result.failure !== undefined) return result.failure;
  const gap = medianOf(result.turns.map(({ logLikelihood }) => logLikelihood)) - target;
  const shares = [SAME, NEAR].map((slack) => percent(shareWithin(result, target, slack)));
  const starts = isTimed(result.name) ? "" : `; starts: ${medianOf(result.turns.map((turn) => turn.starts))}`;
  return `${Math.abs(gap) < SAME ? "0" : digits(gap)} (${shares.join(", ")}${starts})`;
}

/** @param {FitResult[]} fits */
export function reportFits(fits) {
  const names = fits[0].results.map(({ name }) => name);
  const timed = names.filter(isTimed);
  const judged = names.includes(JUDGED) ? JUDGED : names[0];
  const timeText =
    (name) =>
    ({ results }) => {
      const result = resultOf(results, name);
      if (result.failure !== undefined) return result.failure;
      const ms = digits(medianMs(result));
      const own = resultOf(results, judged);
      if (name === judged || own.failure !== undefined) return ms;
      const { median, low, high } = timesLonger(result, own);
      return `${ms}, x ${digits(median)} (${digits(low)} to ${digits(high)})`;
    };
  console.log(
    markdown({
      title: "Fits: time to answer",
      note: `Median milliseconds; x: how many times longer than ${judged}, median of the ratios turn by turn (95 % interval).`,
      columns: {
        case: ({ title }) => title,
        rows: ({ shape }) => shape.join(" x "),
        ...Object.fromEntries(timed.map((name) => [name, timeText(name)])),
        turns: ({ results }) =>
          results
            .filter(({ name }) => timed.includes(name))
            .map(({ turns }) => turns.length)
            .join(", "),
      },
      rows: fits,
    }),
  );
  console.log(
    markdown({
      title: "Fits: what is found",
      note: `Median log-likelihood less the best known, of generated rows and digits the best of this run; in brackets per cent of seeds within ${SAME} and ${NEAR} of it (one with a spurious component is not). Last: per cent of seeds of ${judged} that end in the same solution, and its median less that of ${RIVAL}, nats per row.`,
      columns: {
        case: ({ title }) => title,
        "best known": (one) => `${targetOf(one).toFixed(3)}${one.best === undefined ? " (this run)" : ""}`,
        ...Object.fromEntries(
          names.map((name) => [name, (one) => foundText(resultOf(one.results, name), targetOf(one))]),
        ),
        "same solution, %": ({ results }) =>
          resultOf(results, judged).failure === undefined ? percent(shareAgreed(resultOf(results, judged))) : "-",
        "per row": (one) => perRow(one, judged),
      },
      rows: fits,
    }),
  );
  reportEfforts(fits, timed);
  reportRival(fits, judged);
}

/** How much likelier the judged effort's median is than the rival's, in nats per row. @param {FitResult} one @param {string} judged */
function gainOf({ results, shape: [N] }, judged) {
  const [own, rival] = [judged, RIVAL].map((name) => resultOf(results, name));
  if (own.failure !== undefined || rival.failure !== undefined) return Number.NaN;
  const [a, b] = [own, rival].map(({ turns }) => medianOf(turns.map(({ logLikelihood }) => logLikelihood)));
  return (a - b) / N;
}

/** @param {FitResult} one @param {string} judged */
function perRow(one, judged) {
  const gain = gainOf(one, judged);
  return Number.isNaN(gain) ? "-" : `${gain >= 0 ? "+" : ""}${gain.toFixed(4)}`;
}

/** What each program comes to, over the cases whose best solution is known. @param {FitResult[]} fits @param {string[]} names */
function reportEfforts(fits, names) {
  const known = fits.filter(({ best }) => best !== undefined);
  if (known.length === 0) return;
  const rows = names.flatMap((name) => {
    const pairs = known.map((one) => ({ one, result: resultOf(one.results, name) }));
    const done = pairs.filter(({ result }) => result.failure === undefined);
    if (done.length === 0) return [];
    const medians = done.map(({ result }) => medianMs(result));
    const within = (slack) =>
      done.reduce((sum, { one, result }) => sum + shareWithin(result, one.best, slack), 0) / done.length;
    const stable = done.filter(({ result }) => shareAgreed(result) >= STABLE).length;
    return [
      {
        name,
        cases: done.length,
        median: medianOf(medians),
        most: Math.max(...medians),
        stable,
        same: within(SAME),
        near: within(NEAR),
      },
    ];
  });
  console.log(
    markdown({
      title: "Fits of real tables whose best solution is known",
      columns: {
        program: ({ name }) => name,
        cases: ({ cases }) => `${cases}`,
        "median ms": ({ median }) => digits(median),
        "longest ms": ({ most }) => digits(most),
        [`cases in which ${percent(STABLE)} % of seeds agree`]: ({ stable }) => `${stable}`,
        [`% within ${SAME}`]: ({ same }) => (100 * same).toFixed(1),
        [`% within ${NEAR}`]: ({ near }) => (100 * near).toFixed(1),
      },
      rows,
    }),
  );
}

/** @param {FitResult[]} fits @param {string} judged */
function reportRival(fits, judged) {
  const gains = fits.map((one) => ({ one, gain: gainOf(one, judged) })).filter(({ gain }) => !Number.isNaN(gain));
  if (gains.length === 0) return;
  const less = gains.filter(({ gain }) => gain < -LEAST_GAIN);
  console.log(
    `\nCases in which ${judged} is more than ${LEAST_GAIN} nats per row below ${RIVAL}: ${less.length} of ${gains.length}\n`,
  );
  for (const { one } of less) console.log(`- ${one.title}: ${perRow(one, judged)}`);
}
