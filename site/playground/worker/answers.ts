// What a worker answers: the library's functions about the rows that it holds.
import {
  anomalyThreshold,
  condition,
  eStep,
  GaussianMixture,
  isAnomaly,
  kMeans,
  logDensity,
  Mixture,
  marginal,
  mStep,
  type Parameters,
  regression,
  select,
} from "gaussmix";
import { matrixOf } from "../logic/geometry.ts";
import type { Answer, Ask, CandidateRow, ProgressOf, StartAnswer, Term } from "../logic/protocol.ts";
import { shadeOf, shadeOfLabels } from "../logic/shade.ts";
import { floorOf, randomStart } from "../logic/starts.ts";

/** How sure of its label a row must be not to count as unsure. */
const SURE = 0.9;
/** Steps of one of several starts. */
const MOST_STEPS = 200;
/** EM has come to rest where a step gains less than this, in nats per row. */
const AT_REST = 1e-7;
/** Rows that several starts are tried on: more of them would not look different. */
const ROWS_OF_STARTS = 4000;

/** The rows, and the responsibilities of the last E-step. */
export class Session {
  #values: Float64Array = new Float64Array(0);
  #nFeatures = 1;
  #floor = 0;
  #responsibilities: Float64Array = new Float64Array(0);

  get #rows(): { data: Float64Array; shape: [number, number] } {
    return { data: this.#values, shape: [this.#values.length / this.#nFeatures, this.#nFeatures] };
  }

  data({ values, nFeatures }: Ask<"data">): true {
    this.#values = values;
    this.#nFeatures = nFeatures;
    this.#floor = floorOf(values, nFeatures);
    this.#responsibilities = new Float64Array(0);
    return true;
  }

  start({ nComponents, covarianceType, seed }: Ask<"start">): Parameters {
    return randomStart(this.#values, this.#nFeatures, nComponents, covarianceType, seed);
  }

  eStep({ parameters, shading }: Ask<"eStep">): Answer<"eStep"> {
    const { responsibilities, logLikelihood } = eStep(this.#rows, parameters);
    this.#responsibilities = responsibilities;
    return { parameters, logLikelihood, shade: shadeOf(responsibilities, parameters.weights.length, shading) };
  }

  mStep({ covarianceType }: Ask<"mStep">): Parameters {
    return mStep(this.#rows, this.#responsibilities, { covarianceType, regCovar: this.#floor });
  }

  async fit(ask: Ask<"fit">, tell: (progress: ProgressOf<"fit">) => void, signal: AbortSignal): Promise<Answer<"fit">> {
    const began = performance.now();
    const { nComponents, covarianceType, seed, from } = ask;
    const options = { nComponents, covarianceType, seed, signal, onProgress: tell };
    const mixture = await GaussianMixture.fit(this.#rows, from === undefined ? options : { ...options, init: from });
    const report = mixture.report;
    if (report === undefined) throw new TypeError("expected a report of the fit, got none");
    this.#responsibilities = mixture.predictProba(this.#rows);
    const shade = shadeOf(this.#responsibilities, nComponents, ask.shading);
    const limit = 255 * (1 - SURE);
    return {
      ...{ parameters: parametersOf(mixture), logLikelihood: report.logLikelihood, shade },
      bic: mixture.nParameters * Math.log(shade.labels.length) - 2 * report.logLikelihood,
      ...{ trace: report.trace, nIterations: report.nIterations, warnings: report.warnings },
      nUnsure: shade.doubt.reduce((count, doubt) => count + (doubt > limit ? 1 : 0), 0),
      milliseconds: performance.now() - began,
    };
  }

  async select(
    { nComponents, covarianceTypes, seed, effort }: Ask<"select">,
    tell: (progress: ProgressOf<"select">) => void,
    signal: AbortSignal,
  ): Promise<Answer<"select">> {
    const { best, candidates } = await select(this.#rows, {
      ...{ nComponents, covarianceType: covarianceTypes, seed, effort, signal },
      onProgress: ({ share, candidates }) => tell({ share, candidates: candidates.map(rowOf) }),
    });
    return {
      best: { nComponents: best.nComponents, covarianceType: best.covarianceType },
      candidates: candidates.map(rowOf),
    };
  }

  kMeans({ nClusters, seed, shading }: Ask<"kMeans">): Answer<"kMeans"> {
    const { labels, centres } = kMeans(this.#rows, { nClusters, seed });
    return { shade: shadeOfLabels(labels, shading), centres };
  }

  starts(
    { nComponents, covarianceType, seeds }: Ask<"starts">,
    tell: (progress: ProgressOf<"starts">) => void,
  ): StartAnswer[] {
    const D = this.#nFeatures;
    const step = Math.max(1, Math.ceil(this.#values.length / D / ROWS_OF_STARTS));
    const values = step === 1 ? this.#values : this.#values.filter((_, i) => Math.floor(i / D) % step === 0);
    return seeds.map((seed, done) => {
      const answer = climbed(values, D, randomStart(values, D, nComponents, covarianceType, seed), this.#floor);
      tell({ done: done + 1 });
      return answer;
    });
  }

  explain({ parameters, row }: Ask<"explain">): Term[] {
    const D = parameters.nFeatures;
    const densities = Array.from(parameters.weights, (_, k) => {
      const mean = parameters.means.slice(k * D, (k + 1) * D);
      const [density] = logDensity({ data: row, shape: [1, D] }, { mean, covariance: matrixOf(parameters, k) });
      return density;
    });
    const products = densities.map((density, k) => Math.log(parameters.weights[k]) + density);
    // far rows have densities that no number can hold: the quotient is formed of logarithms
    const most = Math.max(...products);
    const sum = products.reduce((total, product) => total + Math.exp(product - most), 0);
    return products.map((product, k) => ({
      weight: parameters.weights[k],
      density: Math.exp(densities[k]),
      product: Math.exp(product),
      responsibility: Math.exp(product - most) / sum,
    }));
  }

  anomalies({ parameters, level, grid }: Ask<"anomalies">): Answer<"anomalies"> {
    const mixture = Mixture.fromParameters(parameters);
    const region = anomalyThreshold(mixture, { level, nSamples: 20_000 });
    const flags = isAnomaly(mixture, this.#rows, region);
    let density: Float64Array | undefined;
    if (grid !== undefined) {
      const { x, y } = grid;
      const places = new Float64Array(2 * x.length * y.length);
      for (let i = 0; i < y.length; i++) {
        for (let j = 0; j < x.length; j++) places.set([x[j], y[i]], 2 * (i * x.length + j));
      }
      density = mixture.scoreSamples({ data: places, shape: [x.length * y.length, 2] });
    }
    return { threshold: region.threshold, flags, count: flags.reduce((sum, flag) => sum + flag, 0), density };
  }

  regression({ parameters, input, target, x, at, y }: Ask<"regression">): Answer<"regression"> {
    const mixture = marginal(Mixture.fromParameters(parameters), [input, target]);
    const curve = regression(mixture, { inputs: [0] });
    const places = { data: x, shape: [x.length, 1] as [number, number] };
    const column = { data: y, shape: [y.length, 1] as [number, number] };
    return {
      mean: curve.predict(places),
      deviation: curve.covariance(places).map(Math.sqrt),
      density: at === undefined ? undefined : condition(mixture, { 0: at }).scoreSamples(column).map(Math.exp),
    };
  }

  labels({ parameters }: Ask<"labels">): Answer<"labels"> {
    const mixture = Mixture.fromParameters(parameters);
    const labels = mixture.predict(this.#rows);
    const all = mixture.predictProba(this.#rows);
    const probability = Float64Array.from(labels, (label, n) => all[n * mixture.nComponents + label]);
    return { labels, probability, logDensity: mixture.scoreSamples(this.#rows) };
  }
}

/** EM from a start until it rests, with its way. */
function climbed(values: Float64Array, D: number, start: Parameters, floor: number): StartAnswer {
  const rows = { data: values, shape: [values.length / D, D] as [number, number] };
  const path: Parameters[] = [start];
  const trace: number[] = [];
  for (let step = 0; step < MOST_STEPS; step++) {
    const { responsibilities, logLikelihood } = eStep(rows, path[path.length - 1]);
    const gained = logLikelihood - (trace.at(-1) ?? Number.NEGATIVE_INFINITY);
    trace.push(logLikelihood);
    if (gained < AT_REST * rows.shape[0]) break;
    path.push(mStep(rows, responsibilities, { covarianceType: start.covarianceType, regCovar: floor }));
  }
  const { weights } = path[path.length - 1];
  return {
    path,
    trace: Float64Array.from(trace),
    logLikelihood: trace[trace.length - 1],
    smallest: Math.min(...weights),
  };
}

function rowOf({ nComponents, covarianceType, bic, icl }: CandidateRow): CandidateRow {
  return { nComponents, covarianceType, bic, icl };
}

/** What of a mixture goes from one thread to another. */
function parametersOf({ covarianceType, nComponents, nFeatures, weights, means, covariances }: Mixture): Parameters {
  return { covarianceType, nComponents, nFeatures, weights, means, covariances };
}
