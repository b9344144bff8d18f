// What the data can tell apart: the step in which a column is recorded, and how much weight stands for one row.
import { inTurns, type Work } from "../../engine/schedule.ts";
import { type RowSource, rowWeights } from "./row-source.ts";

/** What rows and columns of the data can tell apart. */
export interface Resolution {
  /** [D]: differences below this mean nothing, in the unit of the column; 0 where the column is continuous. */
  readonly steps: Float64Array;
  /** [D]: width of the shortest interval that holds a tenth of the weight, in the unit of the column. */
  readonly widths: Float64Array;
  /** Weight of one row: the median; over distinct rows where a column is continuous, so that to give all rows twice changes nothing. */
  readonly unit: number;
}

/** Values of a column in ascending order, and the weight of the rows that have each. */
interface Values {
  readonly at: Float64Array;
  readonly weight: Float64Array;
}

/** Rows that are looked at, in equal strides: as many as tell a step that 99 % of the weight keep. */
const LOOKED_AT = 1024;
/** The share of the largest number that arithmetic before us may have taken: values of a column that are closer count as one. */
const NOISE = 32 * Number.EPSILON;
/** The same where all numbers are single precision, for the search of a step. */
const SINGLE_NOISE = 2 ** -22;
/** A step is one that this share of the weight keeps. */
const KEPT = 0.99;
/** A step that is not this many times larger than what a number may be off by cannot be told from chance. */
const LEAST_STEP = 64;
/** A step is no finding if so few numbers keep it that they would by chance with a probability of this or more. */
const LEAST_CHANCE = 1e-6;
/** Ratios that are closer to a whole number are one. */
const ALIKE = 1e-3;
/** Differences that are looked at first. */
const SOME_GAPS = 32;
/** A value with more than this many rows is tied. */
const TIED = 1.5;
/** Beside a pair, equal values of a continuous column are no accident. */
const PAIR = 2.5;
/** A value on a grid is a mass if it has this share of the weight. */
const MASS_SHARE = 0.02;
/** It also must have this many times the weight of the median value. */
const MASS_TIMES = 10;
/** With so many masses whose neighbours are masses too, a column is discrete, if in uneven steps. */
const MANY_MASSES = 3;
/** With fewer values beside its masses a grid is coarse, and its step says all. */
const FEW_OTHERS = 10;
/** The share of the weight by which a column's narrowest part is judged. */
const TENTH = 0.1;
/** Rows up to this number are close, or alike, by chance. */
const SOME = 4;
/** A mass is told from other values no better than this many times the width of the narrowest tenth of those. */
const CROWDED = 2;

/** What looking at one number costs, in multiplications, about. */
const OPERATIONS = 50;

/** What rows can tell apart: looks at them once, before they are sorted; those of weight 0 are not there. */
export function* resolutionOf(rows: RowSource): Work<Resolution> {
  rows.resolution ??= yield* seenIn(rows);
  return rows.resolution;
}

function* seenIn(rows: RowSource): Work<Resolution> {
  const { arena, x, N, D, T, nTiles } = rows;
  const weights = rowWeights(rows);
  const stride = Math.max(1, N / LOOKED_AT);
  const chosen: number[] = [];
  for (let i = 0; i < Math.min(N, LOOKED_AT); i++) {
    const n = Math.floor(i * stride);
    if (weights[n] > 0) chosen.push(n);
  }
  const own = new Float64Array(chosen.length);
  for (let i = 0; i < own.length; i++) own[i] = weights[chosen[i]];
  const tiles = arena.viewF64(x, nTiles * D * T);
  const table = Array.from({ length: D }, (_, d) => {
    const column = new Float64Array(chosen.length);
    for (let i = 0; i < column.length; i++) {
      const place = chosen[i] % T;
      column[i] = tiles[(chosen[i] - place) * D + d * T + place];
    }
    return column;
  });
  const columns: Values[] = [];
  const work = chosen.length * D * OPERATIONS;
  yield* inTurns(work, D, (first, last) => {
    for (let d = first; d < last; d++) columns[d] = sortedColumn(table[d], own);
  });
  // where a column has no value twice, no row is there twice
  const copies = columns.some(({ at }) => isStrict(at)) ? median(own) : median(distinctRows(table, own));
  const steps = new Float64Array(D);
  const widths = new Float64Array(D);
  yield* inTurns(work, D, (first, last) => {
    for (let d = first; d < last; d++) {
      steps[d] = stepOf(distinct(columns[d]), copies);
      widths[d] = shortest(columns[d]);
    }
  });
  // equal rows are copies where some column is continuous; where all have steps, they are rows of their own
  return { steps, widths, unit: steps.includes(0) ? copies : median(own) };
}

function sortedColumn(values: Float64Array, weights: Float64Array): Values {
  if (weights.every((weight) => weight === weights[0])) return { at: values.slice().sort(), weight: weights };
  const order = Array.from(values.keys()).sort((a, b) => values[a] - values[b]);
  return { at: Float64Array.from(order, (i) => values[i]), weight: Float64Array.from(order, (i) => weights[i]) };
}

function isStrict(sorted: Float64Array): boolean {
  return sorted.every((value, i) => i === 0 || value > sorted[i - 1]);
}

/** The weights of the distinct rows of a table, which is given column by column. */
function distinctRows(table: readonly Float64Array[], weights: Float64Array): Float64Array {
  const compare = (a: number, b: number): number => {
    for (const column of table) {
      const difference = column[a] - column[b];
      if (difference !== 0) return difference;
    }
    return 0;
  };
  const order = Array.from(weights.keys()).sort(compare);
  const sums: number[] = [];
  for (const [i, n] of order.entries()) {
    if (i > 0 && compare(order[i - 1], n) === 0) sums[sums.length - 1] += weights[n];
    else sums.push(weights[n]);
  }
  return Float64Array.from(sums);
}

/** The lower one of two in the middle. */
function median(numbers: Float64Array): number {
  return numbers.slice().sort()[Math.floor((numbers.length - 1) / 2)] ?? 0;
}

/** The distinct ones of some values. */
function distinct({ at, weight }: Values): Values {
  const tolerance = noiseOf(at, NOISE);
  const values = new Float64Array(at.length);
  const weights = new Float64Array(at.length);
  let count = 0;
  for (let i = 0; i < at.length; i++) {
    if (count > 0 && at[i] - values[count - 1] <= tolerance) weights[count - 1] += weight[i];
    else {
      values[count] = at[i];
      weights[count++] = weight[i];
    }
  }
  return { at: values.subarray(0, count), weight: weights.subarray(0, count) };
}

function sum(numbers: Float64Array): number {
  let total = 0;
  for (let i = 0; i < numbers.length; i++) total += numbers[i];
  return total;
}

/** Those values whose weight will do, or whose place will. */
function where({ at, weight }: Values, will: (weight: number, i: number) => boolean): Values {
  const kept = { at: new Float64Array(at.length), weight: new Float64Array(at.length) };
  let count = 0;
  for (let i = 0; i < at.length; i++) {
    if (!will(weight[i], i)) continue;
    kept.at[count] = at[i];
    kept.weight[count++] = weight[i];
  }
  return { at: kept.at.subarray(0, count), weight: kept.weight.subarray(0, count) };
}

/** Width of the shortest interval that holds a share of the weight, and some rows. */
function shortest({ at, weight }: Values, share = TENTH): number {
  const wanted = share * sum(weight);
  let least = Infinity;
  let held = 0;
  for (let first = 0, next = 0; first < at.length; held -= weight[first++]) {
    while (next < at.length && (held < wanted || next < first + SOME)) held += weight[next++];
    if (held < wanted || next < first + SOME) break;
    least = Math.min(least, at[next - 1] - at[first]);
  }
  return least < Infinity ? least : 0;
}

/**
 * The step of a column: that of a grid on which it is recorded, or, where many rows share some values of a continuous
 * column, what sets those values apart from the others.
 */
function stepOf(values: Values, unit: number): number {
  const { length } = values.at;
  if (length < 2) return 0;
  const tied = where(values, (weight) => weight > TIED * unit);
  const grid = gridOf(values, tied);
  const least = Math.max(MASS_SHARE * sum(values.weight), MASS_TIMES * median(values.weight));
  const masses = where(tied, (weight) => weight > (grid > 0 ? least : PAIR * unit));
  if (masses.at.length === 0 || (grid > 0 && masses.at.length === length)) return grid;
  return length - masses.at.length < FEW_OTHERS && grid > 0 ? grid : Math.max(grid, setApart(values, masses));
}

/** The step of which nearly all values are multiples, from one of them; 0 if there is none. */
function gridOf(values: Values, tied: Values): number {
  const step = gridWithin(values, tied, NOISE);
  const isSingle = values.at.every((value) => Math.fround(value) === value);
  // single precision is a grid itself, and finer
  return isSingle ? Math.max(step, gridWithin(values, tied, SINGLE_NOISE)) : step;
}

function gridWithin(values: Values, tied: Values, share: number): number {
  const noise = noiseOf(values.at, share);
  const step = commonStep(tied.at, noise);
  if (step > 0) {
    const off = where(values, (_, i) => {
      const distance = values.at[i] - tied.at[0];
      const times = Math.round(distance / step);
      return Math.abs(distance - times * step) > noise * (2 + Math.abs(times));
    });
    if (sum(off.weight) <= (1 - KEPT) * sum(values.weight)) return step;
  }
  return commonStep(values.at, noise);
}

/** What sorted numbers of a column may be off by, if each may be by a share of itself. */
function noiseOf(sorted: Float64Array, share: number): number {
  return share * Math.max(Math.abs(sorted[0]), Math.abs(sorted[sorted.length - 1]));
}

/**
 * The largest step of which all differences are multiples, within what numbers may be off by: Euclid's algorithm, on all of
 * them at once. 0 if it is so small that chance alone would do, or if there is no difference.
 */
function commonStep(sorted: Float64Array, noise: number): number {
  if (sorted.length < 2) return 0;
  const gaps = new Float64Array(sorted.length - 1);
  for (let i = 0; i < gaps.length; i++) gaps[i] = sorted[i + 1] - sorted[i];
  if (gaps.length === 1) return gaps[0];
  // where some have no step in common, all have none
  const stride = Math.ceil(gaps.length / SOME_GAPS);
  const some = new Float64Array(Math.ceil(gaps.length / stride));
  for (let i = 0; i < some.length; i++) some[i] = gaps[i * stride];
  const step = commonDivisor(some, noise, least(some));
  return step > 0 ? commonDivisor(gaps, noise, Math.min(step, least(gaps)), true) : 0;
}

function least(numbers: Float64Array): number {
  let smallest = Infinity;
  for (let i = 0; i < numbers.length; i++) smallest = Math.min(smallest, numbers[i]);
  return smallest;
}

/**
 * @param from - the largest that it may be.
 * @param sure - whether it must be more than what chance would do.
 */
function commonDivisor(gaps: Float64Array, noise: number, from: number, sure = false): number {
  const first = least(gaps);
  for (let step = from; step > LEAST_STEP * noise; ) {
    let rest = Infinity;
    // the probability that all but one of the gaps are multiples by chance
    let chance = step / (2 * noise);
    for (let i = 0; i < gaps.length; i++) {
      const gap = gaps[i];
      const times = Math.round(gap / step);
      const off = Math.abs(gap - times * step);
      const allowed = noise * (2 + times);
      chance *= Math.min(1, (2 * allowed) / step);
      // a gap of too many steps tells nothing of one of them
      if (off > allowed && allowed < step / 8) rest = Math.min(rest, off);
    }
    if (rest === Infinity) return chance < LEAST_CHANCE || !sure ? step : 0;
    // what is left of a large gap has the error of all its steps: the first gap tells the same step better
    const parts = Math.round(first / rest);
    step = Math.abs(first / rest - parts) < ALIKE ? first / parts : rest;
  }
  return 0;
}

/**
 * How far masses lie from the other values of a column: the usual distance, yet no more than some others crowd together that
 * weigh as much. Where most weight is in masses, how far they lie from each other.
 */
function setApart(values: Values, masses: Values): number {
  const isMass = new Set(masses.at);
  const others = where(values, (_, i) => !isMass.has(values.at[i]));
  const mostly = masses.at.length >= MANY_MASSES && sum(masses.weight) > sum(values.weight) / 2;
  if (mostly || others.at.length === 0) return quantile(distances(masses, masses), mostly ? 1 / 2 : 0);
  const usual = quantile(distances(others, masses), 1 / 2);
  const { length } = others.at;
  if (length <= SOME) return Math.min(usual, others.at[length - 1] - others.at[0]);
  const share = sum(masses.weight) / sum(values.weight);
  return Math.min(usual, CROWDED * shortest(others, Math.min(TENTH, share)));
}

/** The distance of each value to the nearest of some others, with its weight. */
function distances(from: Values, { at }: Values): Values {
  let next = 0;
  const apart = from.at.map((value) => {
    while (next < at.length && at[next] < value) next++;
    const after = at[next] === value ? next + 1 : next;
    return Math.min((at[after] ?? Infinity) - value, value - (at[next - 1] ?? -Infinity));
  });
  return { at: apart, weight: from.weight };
}

/** The smallest number that is no less than a share of the weight is. */
function quantile({ at, weight }: Values, share: number): number {
  const order = Array.from(at.keys()).sort((a, b) => at[a] - at[b]);
  const wanted = share * sum(weight);
  let held = 0;
  for (const i of order) {
    held += weight[i];
    if (held >= wanted && at[i] < Infinity) return at[i];
  }
  return 0;
}
