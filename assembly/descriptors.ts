// What kernels read of rows, of a model and of clusters: a record of places and sizes each, written once, so that a call
// hands over one address. Unmanaged: the fields lie at that address, and only this file knows in which order.
// A kernel takes the address as a number, as a class among the arguments of an export would bring the compiler's runtime into
// the module, and loads the fields that it needs into locals before its loops.

/** Rows in tiles. */
@unmanaged
export class Rows {
  /** [ceil(N / T), D, T] f64. */
  x: usize;
  /** Weights: see `tileWeights`. A kernel that weighs nothing reads neither of the two. */
  w: usize;
  wStep: usize;
  N: i32;
  D: i32;
  T: i32;
}

/** A mixture: its parameters, and what the E-step reads of them. A place that no kernel called with it reads may be 0. */
@unmanaged
export class Model {
  /** Covariance type. */
  type: i32;
  D: i32;
  K: i32;
  /** [K] f64. */
  weights: usize;
  /** [K, D] f64. */
  mu: usize;
  /** `covarianceLength` f64. */
  cov: usize;
  /** [D] f64: tied only, the point about which rows are whitened. */
  centre: usize;
  /** `factorLength` f64. */
  factor: usize;
  /** [K] f64. */
  logc: usize;
  /** [K, K, 1 + D] f64, full only, and reach [K, K] f64: both from `relate`; 0 does without. */
  separators: usize;
  reach: usize;
}

/** Clusters of k-means, and what is known of the rows in them. */
@unmanaged
export class Clusters {
  K: i32;
  /** [K, D] f64. */
  centres: usize;
  /** [D] f64: weight of each column's squared difference. */
  metric: usize;
  /** [tiles, T] i32: the cluster of each row. */
  labels: usize;
  /** [tiles, T] f64: squared distances to the nearest centre. */
  distance: usize;
  /** [tiles, 2, T] f64: each row is nearer to its centre than the first, and to no other as near as the second; 0 keeps none. */
  bounds: usize;
  /** [K, 2] f64: how far each centre has moved since labels and bounds were made, and the farthest that another has; 0 looks at every row. */
  drift: usize;
}

/** A climb of EM: what it goes over, what its M-steps add, and its memory. */
@unmanaged
export class Climb {
  /** Records. */
  rows: usize;
  /** Its weights, mu and cov lie one after the other. */
  model: usize;
  /** `statisticsLength` lane pairs: what the last pass has left. */
  stats: usize;
  /** [tiles] i32: see `accumulate`. */
  homes: usize;
  /** [D] f64 each: see `maximise`. */
  reg: usize;
  ridge: usize;
  /** See `raiseCovariances`; 0 if there is none. */
  floor: usize;
  /** Tied: see `tiedScatter`; else 0. */
  total: usize;
  /** [5, length] f64: one over the natural size of each parameter; parameters at the start of a cycle, after one step and after two; and those to go on from. */
  points: usize;
  /** [D] f64: variances of the columns. */
  variances: usize;
  /** [2] `State` (assembly/climb.ts): as it is, and where a continuation begins. */
  state: usize;
  /** f64: what was maximised, at the beginning and after each iteration, one after the other from the last call on. */
  trace: usize;
  /** [2, tiles] i32: homes as they were before the last pass, and before the one from which a continuation begins. */
  lists: usize;
  /** Numbers in weights, mu and cov together. */
  length: i32;
  /** What is asked for, and what the host does: bits of assembly/climb.ts. */
  flags: i32;
  /** What comes next, and where in a cycle that stands: 0 at first. */
  stage: i32;
  phase: i32;
}

/** Room for any record: src/engine/descriptors.ts has the same. */
// @ts-ignore: decorator
@inline export const RECORD_BYTES: usize = 80;

/**
 * Weights of tile t, [T] f64.
 * wStep is the distance of two tiles' weights in bytes, T * 8 for weighted rows. 0 says that all rows weigh 1: w is then
 * [2, T], the ones of every tile but the last, and the ones and (for padding rows) zeros of the last.
 */
export function tileWeights(rows: Rows, t: i32): usize {
  const w = rows.w, T = rows.T;
  if (rows.wStep) return w + <usize>t * rows.wStep;
  return t == (rows.N - 1) / T ? w + (<usize>T << 3) : w;
}

/** Writes all of `rows`. */
export function describeRows(rows: usize, x: usize, w: usize, wStep: usize, N: i32, D: i32, T: i32): void {
  const data = changetype<Rows>(rows);
  data.x = x;
  data.w = w;
  data.wStep = wStep;
  data.N = N;
  data.D = D;
  data.T = T;
}

/** Writes the parameters of `model`: `describeFactors` writes the rest. */
export function describeModel(model: usize, type: i32, D: i32, K: i32, weights: usize, mu: usize, cov: usize, centre: usize): void {
  const mixture = changetype<Model>(model);
  mixture.type = type;
  mixture.D = D;
  mixture.K = K;
  mixture.weights = weights;
  mixture.mu = mu;
  mixture.cov = cov;
  mixture.centre = centre;
}

/** Writes what the E-step reads of `model`, beside its means. */
export function describeFactors(model: usize, factor: usize, logc: usize, separators: usize, reach: usize): void {
  const mixture = changetype<Model>(model);
  mixture.factor = factor;
  mixture.logc = logc;
  mixture.separators = separators;
  mixture.reach = reach;
}

/** Writes all of `clusters`. */
export function describeClusters(
  clusters: usize, K: i32, centres: usize, metric: usize, labels: usize, distance: usize, bounds: usize, drift: usize,
): void {
  const groups = changetype<Clusters>(clusters);
  groups.K = K;
  groups.centres = centres;
  groups.metric = metric;
  groups.labels = labels;
  groups.distance = distance;
  groups.bounds = bounds;
  groups.drift = drift;
}

/** Writes what passes and M-steps of `climb` read and leave: `describeMemory` writes the rest. */
export function describeClimb(
  climb: usize, rows: usize, model: usize, stats: usize, homes: usize, reg: usize, ridge: usize, floor: usize, total: usize,
): void {
  const way = changetype<Climb>(climb);
  way.rows = rows;
  way.model = model;
  way.stats = stats;
  way.homes = homes;
  way.reg = reg;
  way.ridge = ridge;
  way.floor = floor;
  way.total = total;
}

/** Writes where `climb` keeps what it knows of its own way, which it is to begin. */
export function describeMemory(
  climb: usize, points: usize, variances: usize, state: usize, trace: usize, lists: usize, length: i32, flags: i32,
): void {
  const way = changetype<Climb>(climb);
  way.points = points;
  way.variances = variances;
  way.state = state;
  way.trace = trace;
  way.lists = lists;
  way.length = length;
  way.flags = flags;
  way.stage = 0;
  way.phase = 0;
}
