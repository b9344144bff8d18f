// The tables of bench/quality/ties.mjs: what went wrong, by kind of column and covariance type.
import { TYPES } from "../../test/support/forms.mjs";
import { isFound, isWorse } from "./ties-judge.mjs";

/** @typedef {import("./ties.mjs").Outcome} Outcome @typedef {import("./ties-judge.mjs").Fit} Fit */

/** Components whose parameters differ by less, in their own standard deviations, are one. */
const EQUAL = 1e-6;
/** Log-likelihoods per row that differ by less are the same: fits stop at 1e-7. */
const SAME = 1e-6;
/** Shares of problems: ours below the peer at most, and selections that find the groups or a better BIC at least. */
const MOST_WORSE = 0.02;
const LEAST_FOUND = 0.95;

/** @param {Outcome} outcome @param {number} a @param {number} b whether a is below b by more than rounding and the stopping rule */
const isLess = ({ N }, a, b) => a < b - SAME * N;

/** Pairs of log-likelihoods of which the first may not be the larger one. @param {Outcome} outcome @param {(type: string) => number} of */
function disorder(outcome, of) {
  const pairs = [
    ["spherical", "diag"],
    ["diag", "full"],
    ["tied", "full"],
  ];
  return pairs.filter(([a, b]) => isLess(outcome, of(b), of(a))).map(([a, b]) => `${b} < ${a}`);
}

/** "spherical" is fitted to scaled columns: in one column all the same but for the unit. */
const inOrder = (/** @type {Outcome} */ outcome) =>
  disorder(outcome, (type) => outcome.fits[type].logLikelihood + (type === "spherical" ? outcome.shift : 0));

/** What a fit ends as. @type {Record<string, (fit: Fit, outcome: Outcome) => boolean>} */
const FAULTS = {
  error: ({ error }) => error !== undefined,
  "equal components": ({ equal }) => (equal ?? Infinity) < EQUAL,
  "not converged": ({ converged, error }) => !converged && !error,
  "K + 1 less likely": ({ more, logLikelihood }, outcome) => more !== undefined && isLess(outcome, more, logLikelihood),
  "peer > 0.8": isFound,
  "below peer": isWorse,
  "… but likelier": (fit, outcome) => isWorse(fit, outcome) && isLikelier(fit, outcome),
  "… in silence": isSilent,
  SPURIOUS: ({ warnings }) => warnings.includes("SPURIOUS_COMPONENT"),
};

/** Whether ours is no less likely than what it reaches from the peer's labels. @param {Fit} fit @param {Outcome} outcome */
function isLikelier({ logLikelihood, peer }, outcome) {
  return !isLess(outcome, logLikelihood, peer.here ?? peer.logLikelihood);
}

/** Worse than the peer without a word and not even likelier. @param {Fit} fit @param {Outcome} outcome */
function isSilent(fit, outcome) {
  const isTold = fit.warnings.some((code) => code !== "CONSTANT_COLUMN" && code !== "DEPENDENT_COLUMN");
  return isWorse(fit, outcome) && !isTold && !isLikelier(fit, outcome);
}

/** @param {readonly string[]} heads @param {readonly (readonly unknown[])[]} lines */
function table(heads, lines) {
  console.log(`| ${heads.join(" | ")} |\n|${"---|".repeat(heads.length)}`);
  for (const line of lines) console.log(`| ${line.join(" | ")} |`);
  console.log("");
}

/** @param {Outcome} outcome */
const groupsOf = ({ kinds, K, D }) => [
  "all",
  ...kinds,
  kinds.length === 1 ? "one kind alone" : "kinds mixed",
  K === 1 ? "one group" : "several groups",
  ...(D === 1 ? ["one column"] : []),
];

/** @param {Outcome} outcome */
const titleOf = ({ seed, N, D, K, kinds }) => `${seed}: ${N} x ${D}, K = ${K}, ${kinds.join(" + ")}`;
const digits = (/** @type {number | undefined} */ value) => value?.toFixed(2) ?? "-";

/** Prints tables, and each fault. @param {Outcome[]} outcomes @param {boolean} all whether to list what is right, too @returns {boolean} whether bars are reached */
export function report(outcomes, all) {
  const fitted = outcomes.filter(({ fits }) => fits);
  const selected = outcomes.filter(({ select }) => select);
  let isRight = true;
  if (fitted.length > 0) isRight = reportFits(fitted, all) && isRight;
  if (selected.length > 0) isRight = reportSelections(selected, all) && isRight;
  return isRight;
}

/** @param {Outcome[]} outcomes @param {boolean} all */
function reportFits(outcomes, all) {
  const names = Object.keys(FAULTS);
  const groups = [...new Set(outcomes.flatMap(groupsOf))];
  const lines = groups.flatMap((group) => {
    const members = outcomes.filter((outcome) => groupsOf(outcome).includes(group));
    return ["all", ...TYPES].map((type) => {
      const pairs = members.flatMap((outcome) =>
        (type === "all" ? TYPES : [type]).map((one) => ({ outcome, fit: outcome.fits[one] })),
      );
      const count = (/** @type {string} */ name) =>
        pairs.filter(({ fit, outcome }) => FAULTS[name](fit, outcome)).length;
      return [group, type, pairs.length, ...names.map(count)];
    });
  });
  console.log("## Default fits with the true number of groups\n");
  table(["columns", "type", "fits", ...names], lines);
  const pairs = outcomes.flatMap((outcome) => TYPES.map((type) => ({ outcome, type, fit: outcome.fits[type] })));
  const wrong = ["error", "equal components", "not converged", "K + 1 less likely", "below peer"];
  const listed = pairs.flatMap(({ outcome, type, fit }) => {
    const faults = wrong.filter((name) => FAULTS[name](fit, outcome));
    if (isSilent(fit, outcome)) faults.push("in silence");
    if (faults.length === 0 && !all) return [];
    const { logLikelihood, ari, peer, more, warnings, error, equal } = fit;
    const cells = [digits(logLikelihood), digits(peer?.logLikelihood), digits(peer?.here), digits(more)];
    const codes = [...new Set(warnings)].join(" ") || "none";
    return [
      [
        titleOf(outcome),
        type,
        faults.join(", "),
        ...cells,
        digits(ari),
        digits(peer?.ari),
        equal?.toExponential(0) ?? "-",
        error ?? codes,
      ],
    ];
  });
  console.log("`here`: what a fit of ours reaches from scikit-learn's labels, where they are the better ones.\n");
  table(
    [
      "problem",
      "type",
      "fault",
      "log L",
      "scikit-learn",
      "here",
      "K + 1",
      "ARI",
      "scikit-learn's",
      "least apart",
      "warnings",
    ],
    listed,
  );
  const order = outcomes
    .map((outcome) => ({ outcome, faults: inOrder(outcome) }))
    .filter(({ faults }) => faults.length > 0);
  const alike = outcomes.filter((outcome) => outcome.D === 1 && !isAlike(outcome));
  const text = (/** @type {Outcome} */ outcome) =>
    TYPES.map(
      (type) => `${type} ${digits(outcome.fits[type].logLikelihood + (type === "spherical" ? outcome.shift : 0))}`,
    ).join(", ");
  console.log(`Types out of order: ${order.length} of ${outcomes.length}\n`);
  for (const { outcome, faults } of order)
    console.log(`- ${titleOf(outcome)}: ${faults.join(", ")} (${text(outcome)})`);
  console.log(`\nOne column, not the same by type: ${alike.length} of ${outcomes.filter(({ D }) => D === 1).length}\n`);
  for (const outcome of alike) console.log(`- ${titleOf(outcome)}: ${text(outcome)}`);
  const count = (/** @type {string} */ name) => pairs.filter(({ fit, outcome }) => FAULTS[name](fit, outcome)).length;
  const worse = count("below peer") / Math.max(1, count("peer > 0.8"));
  console.log(
    `\nBelow scikit-learn: ${(100 * worse).toFixed(2)} % (at most ${100 * MOST_WORSE} %), in silence ${count("… in silence")} (none)\n`,
  );
  return count("equal components") === 0 && worse <= MOST_WORSE && count("… in silence") === 0;
}

/** Whether full, diagonal and spherical fits of one column are as likely. @param {Outcome} outcome */
function isAlike(outcome) {
  const { full, diag, spherical } = outcome.fits;
  const others = [diag.logLikelihood, spherical.logLikelihood + outcome.shift];
  return others.every((value) => Math.abs(value - full.logLikelihood) <= SAME * outcome.N);
}

/** @param {Outcome[]} outcomes @param {boolean} all */
function reportSelections(outcomes, all) {
  /** @type {Record<string, (outcome: Outcome) => boolean>} */
  const faults = {
    "one cluster": ({ clusters, select }) => clusters && select.K === 1,
    "not found": ({ N, K, select }) => !(select.K >= K || select.bic <= select.truth + SAME * N),
    "K + 1 less likely": (outcome) =>
      Object.values(outcome.select.candidates).some((list) =>
        list.some((value, i) => i > 0 && isLess(outcome, value, list[i - 1])),
      ),
    "types out of order": (outcome) => {
      const counts = outcome.select.candidates.full.keys();
      return [...counts].some((i) => disorder(outcome, (type) => outcome.select.candidates[type][i]).length > 0);
    },
  };
  const names = Object.keys(faults);
  const groups = [...new Set(outcomes.flatMap(groupsOf))];
  console.log("## Selections of all types and 1 to K + 2 components\n");
  table(
    ["columns", "problems", "with clusters", ...names],
    groups.map((group) => {
      const members = outcomes.filter((outcome) => groupsOf(outcome).includes(group));
      const counts = names.map((name) => members.filter(faults[name]).length);
      return [group, members.length, members.filter(({ clusters }) => clusters).length, ...counts];
    }),
  );
  const listed = outcomes.flatMap((outcome) => {
    const own = names.filter((name) => faults[name](outcome));
    if (own.length === 0 && !all) return [];
    const { K, type, bic, single, truth, warnings } = outcome.select;
    return [
      [
        titleOf(outcome),
        own.join(", "),
        `${K} ${type}`,
        digits(bic),
        digits(single),
        digits(truth),
        [...new Set(warnings)].join(" ") || "none",
      ],
    ];
  });
  console.log("`truth`: the least BIC that a fit from the true groups reaches.\n");
  table(["problem", "fault", "chosen", "BIC", "of one", "truth", "warnings"], listed);
  const found = 1 - outcomes.filter(faults["not found"]).length / outcomes.length;
  console.log(`Found, or a better BIC: ${(100 * found).toFixed(2)} % (at least ${100 * LEAST_FOUND} %)\n`);
  return names.every((name) => name === "not found" || !outcomes.some(faults[name])) && found >= LEAST_FOUND;
}
