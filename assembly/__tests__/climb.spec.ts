// A whole climb: against its kernels called one after the other, and what it asks of the host.
import { accumulate } from "../accumulate";
import {
  ACCELERATED, climb, inflation, NOT_FINITE, OVER, PASS, PASS_OF_LEAP, PASSES_ELSEWHERE, PAUSE, RESUMABLE, SINGULAR, SORTED, State, STEP,
  STEPS_ELSEWHERE,
} from "../climb";
import { Climb, describeClimb, describeFactors, describeMemory, describeModel, Model, RECORD_BYTES } from "../descriptors";
import { covarianceLength, DIAG, factorLength, FULL, SPHERICAL, statisticsLength, TIED } from "../layout";
import { factorise, maximise } from "../maximise";
import { passScratchBytes } from "../pass";
import { denseCovariance, makeCovariances, makeData, rowsOf } from "./reference";
import {
  at, copyOf, damaged, EPS, f64s, filled, firstDifference, i32s, put, putInt, ratio, reset, room, seal, sizeAt, SIZES, where,
} from "./support.include";

const N: i32 = 43;
const T: i32 = 32;
const TILES: i32 = 2;

/** One climb with all that it works on. */
class Way {
  rows: usize = 0;
  model: usize = 0;
  /** Weights, means and covariances. */
  parameters: usize = 0;
  length: i32 = 0;
  stats: usize = 0;
  homes: usize = 0;
  ridge: usize = 0;
  state: usize = 0;
  trace: usize = 0;
  scratch: usize = 0;
  record: usize = 0;
}

/** Random rows and parameters; at most `passes` of a call are traced. Plain EM that never ends by itself, unless told otherwise. */
function makeWay(type: i32, D: i32, K: i32, passes: i32): Way {
  const way = new Way();
  way.rows = rowsOf(makeData(N, D, T, false));
  way.length = K + K * D + covarianceLength(type, D, K);
  way.ridge = filled(D, 0.125);
  const variances = filled(D, 3);
  const covariances = makeCovariances(type, D, K);
  const centre = filled(D, 0.25);
  seal();
  way.parameters = f64s(way.length);
  const mu = way.parameters + (<usize>K << 3);
  const cov = mu + (<usize>(K * D) << 3);
  for (let k = 0; k < K; ++k) put(way.parameters, k, 1 / <f64>K);
  for (let i = 0; i < K * D; ++i) put(mu, i, <f64>(i % 5) - 2 + 0.1 * <f64>(i / D));
  memory.copy(cov, covariances, <usize>covarianceLength(type, D, K) << 3);
  way.model = room(RECORD_BYTES);
  describeModel(way.model, type, D, K, way.parameters, mu, cov, centre);
  describeFactors(way.model, f64s(factorLength(type, D, K)), f64s(K), 0, 0);
  way.stats = f64s(2 * statisticsLength(type, D, K));
  way.homes = i32s(TILES);
  for (let t = 0; t < TILES; ++t) putInt(way.homes, t, 0);
  way.state = filled(2 * (offsetof<State>() >> 3), 0);
  way.trace = f64s(passes + 1);
  way.scratch = room(passScratchBytes(type, D, T, K) + (<usize>((D + 12) * D) << 4));
  way.record = room(RECORD_BYTES);
  const reg = filled(D, 0);
  describeClimb(way.record, way.rows, way.model, way.stats, way.homes, reg, way.ridge, 0, 0);
  describeMemory(way.record, f64s(5 * way.length), variances, way.state, way.trace, i32s(2 * TILES), way.length, 0);
  const state = stateOf(way);
  state.margin = Infinity;
  state.leapAfter = -1;
  state.longest = state.rate = 1;
  state.gain = state.limit = Infinity;
  state.level = -Infinity;
  state.maxIter = 3;
  // without the total scatter, tied sums must be whole
  state.exact = 1;
  return way;
}

function stateOf(way: Way): State {
  return changetype<State>(way.state);
}

describe("climb", () => {
  test("without leaps makes the passes and M-steps that its kernels make one by one, and traces them", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let s = 0; s < SIZES; ++s) {
        const D = sizeAt(s);
        const K = 1 + (s % 4);
        reset(s);
        const way = makeWay(type, D, K, 9);
        const name = where("climb", type, D, K, N, T);
        const start = copyOf(way.parameters, <usize>way.length << 3);
        expect(climb(way.record, 9, way.scratch)).toBe(OVER, name);
        expect(stateOf(way).iteration).toBe(3, name);
        expect(stateOf(way).traced).toBe(4, name);
        expect(stateOf(way).converged).toBe(0, name);
        const found = copyOf(way.parameters, <usize>way.length << 3);
        memory.copy(way.parameters, start, <usize>way.length << 3);
        for (let t = 0; t < TILES; ++t) putInt(way.homes, t, 0);
        const reg = filled(D, 0);
        for (let i = 0; i < 4; ++i) {
          if (i > 0) maximise(way.model, way.stats, reg, way.ridge);
          expect(factorise(way.model, 0, K, <f64>D * EPS, way.scratch)).toBe(0, name);
          accumulate(way.rows, way.model, 0, TILES, way.homes, way.stats, 1, Infinity, way.scratch);
          expect(at(way.trace, i)).toBe(at(way.stats, 0) + at(way.stats, 1), name);
        }
        expect(firstDifference(found, way.parameters, way.length)).toBe(-1, name);
        expect(damaged()).toBe(0, name);
      }
    }
  });

  test("comes to the same, with leaps, in pieces of one pass as in one", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      reset(7);
      const whole = makeWay(type, 3, 4, 99);
      changetype<Climb>(whole.record).flags = ACCELERATED | RESUMABLE;
      stateOf(whole).maxIter = 24;
      const name = where("climb", type, 3, 4, N, T);
      expect(climb(whole.record, 99, whole.scratch)).toBe(OVER, name);
      expect(stateOf(whole).iteration).toBe(24, name);
      expect(damaged()).toBe(0, name);
      // the same numbers at the same places
      const found = new Uint8Array(whole.length << 3);
      memory.copy(found.dataStart, whole.parameters, <usize>whole.length << 3);
      const before = new Uint8Array(<i32>offsetof<State>() * 2);
      memory.copy(before.dataStart, whole.state, offsetof<State>() * 2);
      reset(7);
      const way = makeWay(type, 3, 4, 99);
      changetype<Climb>(way.record).flags = ACCELERATED | RESUMABLE;
      stateOf(way).maxIter = 24;
      let calls = 1;
      while (climb(way.record, 1, way.scratch) == PAUSE) ++calls;
      expect(calls).toBeGreaterThan(24, name);
      expect(firstDifference(found.dataStart, way.parameters, way.length)).toBe(-1, name);
      // but for how much of the trace was written by the last call
      stateOf(way).traced = stateOf(whole).traced;
      const traced = <i32>(offsetof<State>("traced") >> 3);
      expect(firstDifference(before.dataStart, way.state, traced)).toBe(-1, name);
      expect(damaged()).toBe(0, name);
    }
  });

  test("asks the host for passes and M-steps where these are made elsewhere, and takes what it finds", () => {
    reset(3);
    const way = makeWay(DIAG, 2, 2, 9);
    const state = stateOf(way);
    changetype<Climb>(way.record).flags = ACCELERATED | PASSES_ELSEWHERE | STEPS_ELSEWHERE;
    state.longest = 4;
    state.maxIter = 4;
    expect(climb(way.record, 9, way.scratch)).toBe(PASS);
    state.objective = -10;
    expect(climb(way.record, 9, way.scratch)).toBe(STEP);
    expect(state.traced).toBe(1);
    expect(at(way.trace, 0)).toBe(-10);
    // steps of 1 and of 1/2: the leap goes on as far as the series would
    put(way.parameters, 2, at(way.parameters, 2) + 1);
    expect(climb(way.record, 9, way.scratch)).toBe(PASS);
    state.objective = -8;
    expect(climb(way.record, 9, way.scratch)).toBe(STEP);
    put(way.parameters, 2, at(way.parameters, 2) + 0.5);
    const twice = at(way.parameters, 2);
    expect(climb(way.record, 9, way.scratch)).toBe(PASS_OF_LEAP);
    // a + 2 · 2 r + 2² v = a + 4 - 2, where two steps lead to a + 3/2
    expect(ratio(at(way.parameters, 2), twice + 0.5, 64 * EPS)).toBeLessThanOrEqual(1);
    // no parameters: half of the way beyond the plain step; then lower than before: back
    state.status = 1;
    expect(climb(way.record, 9, way.scratch)).toBe(PASS_OF_LEAP);
    expect(ratio(state.step, 1.5, 64 * EPS)).toBeLessThanOrEqual(1);
    state.status = 0;
    state.objective = -9;
    expect(climb(way.record, 9, way.scratch)).toBe(PASS);
    expect(at(way.parameters, 2)).toBe(twice);
    expect(state.longest).toBe(1);
    state.objective = -7;
    expect(climb(way.record, 9, way.scratch)).toBe(STEP);
    expect(at(way.trace, 0)).toBe(-7);
    expect(state.iteration).toBe(2);
    expect(damaged()).toBe(0);
  });

  test("asks for a pass before which rows are to be sorted", () => {
    reset(4);
    const way = makeWay(FULL, 2, 2, 9);
    const state = stateOf(way);
    changetype<Climb>(way.record).flags = SORTED;
    state.sortAt = 2;
    state.mostStrays = Infinity;
    expect(climb(way.record, 9, way.scratch)).toBe(PASS);
    expect(state.passes).toBe(2);
    expect(state.iteration).toBe(1);
  });

  test("says whose covariance is not positive definite, and when rows lie too far away", () => {
    reset(5);
    const way = makeWay(DIAG, 2, 3, 9);
    const cov = way.parameters + ((3 + 6) << 3);
    const variance = at(cov, 3);
    put(cov, 3, 0);
    expect(climb(way.record, 9, way.scratch)).toBe(SINGULAR);
    expect(stateOf(way).status).toBe(2);
    put(cov, 3, variance);
    for (let i = 0; i < 6; ++i) put(cov, i, 1e-307);
    changetype<Climb>(way.record).stage = 0;
    expect(climb(way.record, 9, way.scratch)).toBe(NOT_FINITE);
    expect(damaged()).toBe(0);
  });

  test("ends when little is left to gain, and never without a tolerance", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let tolerant = 0; tolerant < 2; ++tolerant) {
        reset(6);
        const way = makeWay(type, 2, 2, 400);
        const state = stateOf(way);
        changetype<Climb>(way.record).flags = ACCELERATED;
        state.maxIter = 400;
        state.tol = tolerant ? 1e-6 : 0;
        expect(climb(way.record, 1000, way.scratch)).toBe(OVER);
        expect(state.converged).toBe(<f64>tolerant);
        if (tolerant) expect(state.iteration).toBeLessThan(400);
        else expect(state.iteration).toBe(400);
      }
    }
  });
});

describe("inflation", () => {
  test("is the sum of variances times precisions, weighted, with variances that are at least as large as told", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let s = 0; s < SIZES; ++s) {
        const D = sizeAt(s);
        const K = 3;
        reset(s);
        const way = makeWay(type, D, K, 1);
        const mixture = changetype<Model>(way.model);
        for (let k = 0; k < K; ++k) put(way.parameters, k, <f64>(k + 1) / 6);
        expect(factorise(way.model, 0, K, 0, way.scratch)).toBe(0);
        const least = filled(D, 1);
        const name = where("inflation", type, D, K, N, T);
        if (type == DIAG || type == SPHERICAL) expect(inflation(mixture, least)).toBe(<f64>D, name);
        else {
          expect(ratio(inflation(mixture, 0), inflationOf(mixture, 0), 1e-12 * <f64>D)).toBeLessThanOrEqual(1, name);
          expect(ratio(inflation(mixture, least), inflationOf(mixture, 1), 1e-12 * <f64>D)).toBeLessThanOrEqual(1, name);
        }
        expect(damaged()).toBe(0, name);
      }
    }
  });
});

/** Σ_k π_k Σ_d max(Σ_dd, least) (Σ⁻¹)_dd, the inverses by Gauss and Jordan. */
function inflationOf(model: Model, least: f64): f64 {
  const D = model.D;
  const a = f64s(D * D);
  const inverse = f64s(D * D);
  let sum: f64 = 0;
  for (let k = 0; k < model.K; ++k) {
    denseCovariance(model.type, model.cov, k, D, a);
    const cov = copyOf(a, <usize>(D * D) << 3);
    for (let i = 0; i < D * D; ++i) put(inverse, i, f64(i % (D + 1) == 0));
    for (let i = 0; i < D; ++i) {
      const pivot = at(a, i * (D + 1));
      for (let j = 0; j < D; ++j) {
        put(a, i * D + j, at(a, i * D + j) / pivot);
        put(inverse, i * D + j, at(inverse, i * D + j) / pivot);
      }
      for (let other = 0; other < D; ++other) {
        if (other == i) continue;
        const factor = at(a, other * D + i);
        for (let j = 0; j < D; ++j) {
          put(a, other * D + j, at(a, other * D + j) - factor * at(a, i * D + j));
          put(inverse, other * D + j, at(inverse, other * D + j) - factor * at(inverse, i * D + j));
        }
      }
    }
    const weight = model.type == TIED ? 1 / <f64>model.K : at(model.weights, k);
    for (let d = 0; d < D; ++d) sum += weight * max(at(cov, d * (D + 1)), least) * at(inverse, d * (D + 1));
  }
  return sum;
}
