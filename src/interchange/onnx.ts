import { GaussianMixture } from "../api/mixture.ts";
import { withArena } from "../engine/arena.ts";
import type { CovarianceType } from "../input/options.ts";
import { invertTriangles } from "../model/parameters.ts";
import { expOf } from "../model/sums.ts";
import { viewOf } from "./given.ts";
import { type Graph, graphIn, type Node, notMixture, numberAt, numbersOf, type Tensor } from "./onnx-graph.ts";
import { transpose } from "./shapes.ts";

const LOG_2PI = 1.8378770664093453;

/**
 * A mixture from an ONNX model, as skl2onnx writes a `GaussianMixture` of scikit-learn: any covariance type, with or
 * without `score_samples`. Convert with `DoubleTensorType`: a model for `FloatTensorType` holds seven digits.
 *
 * The graph holds no parameters but what it computes with, so weights come back by way of their logarithms, covariances and
 * means by way of the factors of the precisions: to some roundings times the condition of the covariance.
 *
 * @param bytes - the whole file; at any offset of its buffer.
 * @throws {TypeError} If it is neither an ArrayBuffer nor a view of one.
 * @throws {RangeError} If it is not such a model: damaged, a `BayesianGaussianMixture`, a pipeline, another estimator.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * const mixture = fromOnnx(await readFile("gm.onnx"));
 */
export function fromOnnx(bytes: Uint8Array | ArrayBuffer): GaussianMixture {
  const graph = graphIn(viewOf(bytes));
  // ((D log 2π + squares) * -1/2 + log|P|) + log weights
  const total = totalOf(graph);
  const shifted = restOf(graph, restOf(graph, restOf(graph, total)));
  const squares = restOf(graph, shifted);
  const K = constantOf(graph, total, "Add").columns;
  const read = graph.nodes.get(squares)?.op === "Concat" ? readFactors : readPrecisions;
  const { source, D, ...parameters } = read(graph, squares, K);
  const shift = numberAt(graph, constantOf(graph, shifted, "Add"));
  if (!(Math.abs(shift / LOG_2PI - D) < 1e-3)) throw notMixture(`the constant ${shift} for ${D} columns`);
  const last = graph.nodes.get(source);
  const before = last?.op === "Cast" ? graph.nodes.get(last.inputs[0]) : last;
  if (before !== undefined) throw notMixture(`a mixture after a step ${before.op}`);
  const weights = numbersOf(graph, constantOf(graph, total, "Add")).map(expOf);
  return GaussianMixture.fromParameters({ weights, ...parameters });
}

/** What a graph says about the components. */
interface Components {
  /** The data, by its name in the graph. */
  readonly source: string;
  readonly D: number;
  readonly covarianceType: CovarianceType;
  readonly means: Float64Array;
  readonly covariances: Float64Array;
}

/** The sum of log weights and log-densities: a product with -1/2 and two constants. */
function totalOf(graph: Graph): string {
  let total = "";
  let most = 0;
  for (const name of graph.nodes.keys()) {
    let at = name;
    let count = 0;
    for (; count < 4 && findConstant(graph, at, "Add"); count++) at = restOf(graph, at);
    const factor = findConstant(graph, at, "Mul");
    if (count > most && factor !== undefined && numberAt(graph, factor) === -0.5) {
      total = name;
      most = count;
    }
  }
  if (most === 3) throw notMixture("a BayesianGaussianMixture");
  if (most !== 2) throw notMixture("a graph that computes something else");
  return total;
}

/** The constant that an Add or a Mul takes. */
function findConstant({ nodes, tensors }: Graph, name: string, op: "Add" | "Mul"): Tensor | undefined {
  const node = nodes.get(name);
  return node?.op === op ? (tensors.get(node.inputs[0]) ?? tensors.get(node.inputs[1])) : undefined;
}

function constantOf(graph: Graph, name: string, op: "Add" | "Mul"): Tensor {
  const constant = findConstant(graph, name, op);
  if (constant === undefined) throw notMixture(`a step that is no ${op} of a constant`);
  return constant;
}

/** The other operand. */
function restOf({ nodes, tensors }: Graph, name: string): string {
  const inputs = nodes.get(name)?.inputs ?? [];
  return inputs[tensors.has(inputs[0]) ? 1 : 0] ?? "";
}

/** An operation by the name of its output. */
function nodeOf({ nodes }: Graph, name: string | undefined, ...ops: readonly string[]): Node {
  const node = nodes.get(name ?? "");
  if (node !== undefined && ops.includes(node.op)) return node;
  throw notMixture(`a step ${node?.op ?? "that is missing"} in the place of ${ops.join(" or ")}`);
}

/** A constant of a given shape, by name. */
function tensorOf({ tensors }: Graph, name: string | undefined, rows: number, columns: number): Tensor {
  const tensor = tensors.get(name ?? "");
  if (tensor?.rows === rows && tensor.columns === columns) return tensor;
  throw notMixture(`no constant of ${rows} x ${columns} numbers where it belongs`);
}

/** "full" and "tied": for each component |x P + b|², P the factor of the precision, upper triangular, and b = -mean P. */
function readFactors(graph: Graph, squares: string, K: number): Components {
  const products = nodeOf(graph, squares, "Concat").inputs.map((input) => {
    const reduced = nodeOf(graph, input, "ReduceSumSquare", "ReduceSum");
    const isSquared = reduced.op === "ReduceSum";
    return nodeOf(graph, isSquared ? nodeOf(graph, reduced.inputs[0], "Mul").inputs[0] : reduced.inputs[0], "Gemm");
  });
  const [source, first] = products[0]?.inputs ?? [];
  const D = graph.tensors.get(first)?.rows ?? 0;
  const isTied = K > 1 && products.every(({ inputs }) => inputs[1] === first);
  const matrices = isTied ? 1 : K;
  // every component has numbers of its own, of 4 or 8 bytes: a small file cannot ask for many
  if (products.length !== K || 4 * D * (K + matrices * D) > graph.view.byteLength) {
    throw notMixture(`${products.length} components of ${D} columns for ${K} weights`);
  }
  const factors = new Float64Array(matrices * D * D);
  const offsets = new Float64Array(K * D);
  products.forEach(({ inputs, alpha, beta }, k) => {
    if (inputs[0] !== source || alpha !== 1 || beta !== 1) throw notMixture("components of different kinds");
    if (k < matrices) factors.set(numbersOf(graph, tensorOf(graph, inputs[1], D, D)), k * D * D);
    offsets.set(numbersOf(graph, tensorOf(graph, inputs[2], 1, D)), k * D);
  });
  if (factors.some((value, i) => value !== 0 && i % D < Math.floor(i / D) % D)) {
    throw notMixture("factors that are not triangular");
  }
  // P = L'⁻¹, so that the covariance is L L' and the mean -L b
  const roots = withArena((arena) => invertTriangles(arena, factors, D));
  const means = new Float64Array(K * D);
  const covariances = new Float64Array(factors.length);
  for (let k = 0; k < K; k++) {
    const root = roots.subarray((k % matrices) * D * D);
    for (let i = 0; i < D; i++) {
      for (let m = 0; m <= i; m++) means[k * D + i] -= root[i * D + m] * offsets[k * D + m];
      for (let j = 0; j <= i && k < matrices; j++) {
        let sum = 0;
        for (let m = 0; m <= j; m++) sum += root[i * D + m] * root[j * D + m];
        covariances[(k * D + i) * D + j] = covariances[(k * D + j) * D + i] = sum;
      }
    }
  }
  return { source, D, covarianceType: isTied ? "tied" : "full", means, covariances };
}

/** "diag" and "spherical": (Σ mean² p - 2 x (mean p)) + x² p with the precisions p, the products for all components at once. */
function readPrecisions(graph: Graph, squares: string, K: number): Components {
  const addends = (name: string): readonly string[] => nodeOf(graph, name, "Add").inputs.slice(0, 2);
  const isAdd = (name: string): boolean => graph.nodes.get(name)?.op === "Add";
  const terms = addends(squares).flatMap((term) => (isAdd(term) ? addends(term) : term));
  const gemm = (alpha: number): Node => {
    for (const term of terms) {
      const node = graph.nodes.get(term);
      if (node?.op === "Gemm" && node.alpha === alpha) return node;
    }
    throw notMixture("a sum of other terms than a mixture's");
  };
  const [source, weighted] = gemm(-2).inputs;
  const [squared, inverse] = gemm(1).inputs;
  const isDiagonal = nodeOf(graph, squared, "Mul", "ReduceSumSquare", "ReduceSum").op === "Mul";
  const D = graph.tensors.get(weighted)?.rows ?? 0;
  const precisions = numbersOf(graph, tensorOf(graph, inverse, isDiagonal ? D : 1, K));
  const means = numbersOf(graph, tensorOf(graph, weighted, D, K)).map(
    (value, i) => value / precisions[isDiagonal ? i : i % K],
  );
  return {
    source,
    D,
    covarianceType: isDiagonal ? "diag" : "spherical",
    means: transpose(means, D, K),
    covariances: transpose(precisions, isDiagonal ? D : 1, K).map((precision) => 1 / precision),
  };
}
