// Problems with ties: what is rounded, counted, capped, ticked or mostly zero, and groups in it that anyone would see.
import { normals, type Shaped, uniforms } from "./problems.ts";

/** One problem: rows, and the group of each. It follows from its seed alone. */
export interface Ties extends Shaped {
  readonly seed: number;
  /** [N]: the group of each row, from 0. */
  readonly labels: Int32Array;
  /** The number of groups. */
  readonly K: number;
  /** What each column holds, and how many places the groups have in it: 1 says that it tells nothing of them. */
  readonly columns: readonly { readonly kind: TieKind; readonly levels: number }[];
  /** Whether the rows speak for the groups, and not for one: by a margin in BIC, at the true groups. */
  readonly clusters: boolean;
}

/** What chance gives. `normal` shares a part with the other columns of the row. */
interface Dice {
  readonly uniform: () => number;
  readonly normal: () => number;
}

interface Kind {
  /** The most places that groups can have in it. */
  readonly levels: number;
  /** Columns that it fills. */
  readonly width?: (levels: number, dice: Dice, room: number) => number;
  /** Draws the value of a row, or values, from the place of its group. */
  readonly make: (levels: number, dice: Dice, width: number) => (level: number) => number | number[];
}

const between = ({ uniform }: Dice, low: number, high: number): number => low + (high - low) * uniform();
const integer = (dice: Dice, low: number, high: number): number => Math.floor(between(dice, low, high + 1));
/** Standard deviations from one group to the next. */
const gapOf = (dice: Dice): number => between(dice, 4, 8);

/** Normal values; places lie a gap apart, in the largest standard deviation of any. */
function normalAt(levels: number, dice: Dice, sd: number): { at: (level: number) => number; top: number } {
  const gap = gapOf(dice) * sd;
  const origin = between(dice, -20, 20) * sd;
  const sds = Array.from({ length: levels }, () => sd * between(dice, 0.5, 1));
  return { at: (level) => origin + level * gap + sds[level] * dice.normal(), top: origin + (levels - 1) * gap };
}

function poisson({ uniform }: Dice, rate: number): number {
  const limit = Math.exp(-rate);
  let count = 0;
  for (let product = uniform(); product > limit; product *= uniform()) count++;
  return count;
}

const KINDS = {
  continuous: {
    levels: 5,
    make: (levels, dice) => normalAt(levels, dice, 10 ** between(dice, -1, 2)).at,
  },
  rounded: {
    levels: 5,
    make: (levels, dice) => {
      const decimals = integer(dice, 0, 3);
      const { at } = normalAt(levels, dice, 10 ** (between(dice, -0.5, 1.5) - decimals));
      return (level) => Number(at(level).toFixed(decimals)) + 0;
    },
  },
  poisson: {
    levels: 5,
    make: (_levels, dice) => {
      // the root of a count has a standard deviation of about a half
      const first = Math.sqrt(between(dice, 0.1, 5));
      const step = gapOf(dice) / 2;
      return (level) => poisson(dice, (first + level * step) ** 2);
    },
  },
  "negative binomial": {
    levels: 2,
    make: (_levels, dice) => {
      // a Poisson count whose rate is gamma distributed; `asinh` takes the place of the root
      const size = integer(dice, 1, 8);
      const first = Math.asinh(Math.sqrt(between(dice, 0.1, 5) / size));
      const step = gapOf(dice) / (2 * Math.sqrt(size));
      return (level) => {
        let gamma = 0;
        for (let i = 0; i < size; i++) gamma -= Math.log(1 - dice.uniform());
        return poisson(dice, Math.min(700, Math.sinh(first + level * step) ** 2 * gamma));
      };
    },
  },
  "zero-inflated": {
    levels: 5,
    make: (levels, dice) => {
      const sd = 10 ** between(dice, -1, 2);
      const gap = gapOf(dice) * sd;
      const zeros = between(dice, 0.2, 0.95);
      const decimals = dice.uniform() < 0.5 ? undefined : 2;
      const isHeavy = dice.uniform() < 0.5;
      return (level) => {
        if (levels > 1 ? level === 0 : dice.uniform() < zeros) return 0;
        const value =
          levels === 1 && isHeavy ? sd * Math.exp(dice.normal()) : Math.max(1, level) * gap + sd * dice.normal();
        return decimals === undefined ? value : Number(value.toFixed(decimals)) + 0;
      };
    },
  },
  saturated: {
    levels: 5,
    make: (levels, dice) => {
      const sd = 10 ** between(dice, -1, 2);
      const { at, top } = normalAt(levels, dice, sd);
      const cap = top + sd * between(dice, -0.5, 1);
      return (level) => Math.min(cap, at(level));
    },
  },
  likert: {
    levels: 3,
    make: (levels, dice) => {
      const centres = [[between(dice, 1.5, 4.5)], [1.5, 4.5], [1, 3, 5]][levels - 1];
      const sd = [between(dice, 0.5, 1.5), between(dice, 0.4, 0.75), between(dice, 0.3, 0.5)][levels - 1];
      return (level) => Math.max(1, Math.min(5, Math.round(centres[level] + sd * dice.normal())));
    },
  },
  binary: {
    levels: 2,
    make: (levels, dice) => {
      const mistakes = dice.uniform() < 0.5 ? 0 : between(dice, 0.01, 0.05);
      const shares = levels === 1 ? [between(dice, 0.05, 0.95)] : [mistakes, 1 - mistakes];
      return (level) => (dice.uniform() < shares[level] ? 1 : 0);
    },
  },
  "one-hot": {
    levels: 5,
    width: (levels, dice, room) => (levels > 1 ? levels : integer(dice, 2, Math.min(4, room))),
    make: (levels, dice, width) => {
      const mistakes = dice.uniform() < 0.5 ? 0 : between(dice, 0.01, 0.03);
      return (level) => {
        const isChance = levels === 1 || dice.uniform() < mistakes;
        const chosen = isChance ? integer(dice, 0, width - 1) : level;
        return Array.from({ length: width }, (_, i) => (i === chosen ? 1 : 0));
      };
    },
  },
} satisfies Record<string, Kind>;

/** What a column may hold. */
export type TieKind = keyof typeof KINDS;

export const TIE_KINDS = Object.keys(KINDS) as readonly TieKind[];

/** A table in which every column is of one kind comes this often; else kinds are mixed, … */
const PURE_SHARE = 0.3;
/** … and continuous as often as this. */
const CONTINUOUS_SHARE = 0.25;
/** How often a column tells groups apart that others tell apart already. */
const TELLING_SHARE = 0.35;
/** Rows for each group, at least on average. */
const ROWS_EACH = 8;

/** A few columns of one kind, filled together. */
interface Block {
  readonly kind: TieKind;
  readonly width: number;
  readonly levels: number;
  /** The place of each group. */
  readonly places: readonly number[];
}

/** The problem of a seed: D 1 to 8, N 20 to 5,000, K 1 to 5. */
export function ties(seed: number): Ties {
  const uniform = uniforms(seed * 2 + 1);
  const normal = normals(seed * 2 + 2);
  const plain: Dice = { uniform, normal };
  const N = Math.round(20 * 250 ** uniform());
  const D = integer(plain, 1, 8);
  const most = integer(plain, 1, Math.min(5, Math.floor(N / ROWS_EACH)));
  const blocks = blocksOf(plain, D, most);
  // groups that no column tells apart are one
  const names = Array.from({ length: most }, (_, g) => blocks.map(({ places }) => places[g]).join());
  const groups = [...new Set(names)].map((name) => names.indexOf(name));
  const K = groups.length;
  const shares = groups.map(() => 0.5 + uniform());
  const labels = labelsOf(plain, N, shares);
  const shared = Float64Array.from({ length: N }, normal);
  const data = new Float64Array(N * D);
  let first = 0;
  for (const { kind, width, levels, places } of blocks) {
    let n = 0;
    const share = uniform() < 0.5 ? 0 : between(plain, 0.5, 0.9);
    const dice: Dice = { uniform, normal: () => share * shared[n] + Math.sqrt(1 - share * share) * normal() };
    const draw: (level: number) => number | number[] = KINDS[kind].make(levels, dice, width);
    for (; n < N; n++) data.set([draw(places[groups[labels[n]]])].flat(), n * D + first);
    first += width;
  }
  const columns = blocks.flatMap(({ kind, levels, width }) => Array.from({ length: width }, () => ({ kind, levels })));
  const problem = { seed, data, shape: [N, D] as const, labels, K, columns };
  return { ...problem, clusters: K > 1 && evidenceOf(problem) > LEAST_EVIDENCE };
}

/** Columns that tell all groups apart, as long as there is room, and then others. */
function blocksOf(dice: Dice, D: number, most: number): Block[] {
  const { uniform } = dice;
  const any = (): TieKind =>
    uniform() < CONTINUOUS_SHARE ? "continuous" : TIE_KINDS[integer(dice, 0, TIE_KINDS.length - 1)];
  const pure = uniform() < PURE_SHARE ? any() : undefined;
  const blocks: Block[] = [];
  const apart = (): number =>
    new Set(Array.from({ length: most }, (_, g) => blocks.map(({ places }) => places[g]).join())).size;
  for (let room = D; room > 0; ) {
    const tells = most > 1 && (apart() < most || uniform() < TELLING_SHARE);
    let kind = pure ?? any();
    if (kind === "one-hot" && room < 2) kind = "binary";
    const spec: Kind = KINDS[kind];
    const levels = tells ? Math.min(most, spec.levels, kind === "one-hot" ? room : most) : 1;
    const width = spec.width?.(levels, dice, room) ?? 1;
    // in a random order, so that two columns of few places may tell apart what one does not
    const order = Array.from({ length: most }, (_, g) => ({ g, key: uniform() })).sort((a, b) => a.key - b.key);
    const places = new Array<number>(most).fill(0);
    order.forEach(({ g }, i) => {
      places[g] = i % levels;
    });
    blocks.push({ kind, width, levels, places });
    room -= width;
  }
  // what tells is not always first
  return blocks
    .map((block) => ({ block, key: uniform() }))
    .sort((a, b) => a.key - b.key)
    .map(({ block }) => block);
}

function labelsOf({ uniform }: Dice, N: number, shares: readonly number[]): Int32Array {
  const total = shares.reduce((sum, share) => sum + share, 0);
  return Int32Array.from({ length: N }, () => {
    let left = uniform() * total;
    const label = shares.findIndex((share) => {
      left -= share;
      return left < 0;
    });
    return label < 0 ? shares.length - 1 : label;
  });
}

/** BIC by which the groups must be better than one normal, with covariances and without: less is for nobody to see. */
const LEAST_EVIDENCE = 20;

/**
 * How much better than one component the true groups are, in BIC: the better of one full or diagonal component, less a
 * diagonal component for each group. No variance is below what a column of its resolution can tell: h² / 12 for steps of h.
 */
function evidenceOf({ data, shape: [N, D], labels, K }: Omit<Ties, "clusters">): number {
  const floors = Array.from({ length: D }, (_, d) => resolutionOf(data, N, D, d) ** 2 / 12);
  const whole = covarianceOf(data, D, [...labels.keys()]);
  const diagonal = (covariance: number[][]): number =>
    covariance.reduce((sum, row, d) => sum + Math.log(row[d] + floors[d]), 0);
  const bic = (deviance: number, parameters: number): number => deviance + parameters * Math.log(N);
  const one = Math.min(
    bic(N * diagonal(whole), 2 * D),
    bic(
      N * logDeterminant(whole.map((row, i) => row.map((v, j) => v + (i === j ? floors[i] : 0)))),
      D + (D * (D + 1)) / 2,
    ),
  );
  let deviance = 0;
  for (let k = 0; k < K; k++) {
    const rows = [...labels.keys()].filter((n) => labels[n] === k);
    if (rows.length < 2) return 0;
    deviance += rows.length * (diagonal(covarianceOf(data, D, rows)) - 2 * Math.log(rows.length / N));
  }
  return one - bic(deviance, K * (2 * D + 1) - 1);
}

/** The least difference between two values of a column, or a thousandth of its range: what lies closer is continuous. */
function resolutionOf(data: Float64Array, N: number, D: number, d: number): number {
  const values = Float64Array.from({ length: N }, (_, n) => data[n * D + d]).sort();
  const range = values[N - 1] - values[0];
  const steps = [...values.subarray(1)].map((value, i) => value - values[i]).filter((step) => step > 1e-9 * range);
  const least = Math.min(...steps, range || 1);
  return Math.max(least, 1e-3 * range);
}

function covarianceOf(data: Float64Array, D: number, rows: readonly number[]): number[][] {
  const columns = Array.from({ length: D }, (_, d) => {
    const values = rows.map((n) => data[n * D + d]);
    const mean = values.reduce((sum, value) => sum + value, 0) / rows.length;
    return values.map((value) => value - mean);
  });
  return columns.map((a) => columns.map((b) => a.reduce((sum, value, n) => sum + value * b[n], 0) / rows.length));
}

/** By Gaussian elimination. */
function logDeterminant(matrix: number[][]): number {
  let sum = 0;
  matrix.forEach((pivot, i) => {
    sum += Math.log(Math.max(pivot[i], 1e-300));
    for (const row of matrix.slice(i + 1)) {
      const factor = row[i] / pivot[i];
      row.forEach((value, j) => {
        row[j] = value - factor * pivot[j];
      });
    }
  });
  return sum;
}
