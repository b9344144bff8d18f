import { GaussianMixture } from "../api/gaussian-mixture.ts";
import type { MixtureParameters } from "../api/mixture.ts";
import { invertTriangles } from "../covariance/roots.ts";
import { withArena } from "../engine/arena.ts";
import type { CovarianceType } from "../input/options.ts";
import { expOf } from "../model/elementary.ts";
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
 * @returns the mixture, without a report.
 * @throws {TypeError} If it is neither an ArrayBuffer nor a view of one.
 * @throws {RangeError} If it is not such a model: damaged, a `BayesianGaussianMixture`, a pipeline, another estimator.
 * @throws {MixtureError} `SINGULAR_COVARIANCE` if a covariance is not positive definite.
 * @example
 * const mixture = fromOnnx(await readFile("gm.onnx"));
 */
export function fromOnnx(bytes: Uint8Array | ArrayBuffer): GaussianMixture {
  return GaussianMixture.fromParameters(readOnnx(bytes));
}

/** The parameters by which a graph computes. @throws as {@link fromOnnx}, but for `SINGULAR_COVARIANCE`. */
export function readOnnx(bytes: Uint8Array | ArrayBuffer): MixtureParameters {
  const graph = graphIn(viewOf(bytes));
  const { logWeights, shift, squares } = sumOf(graph);
  const K = logWeights.length;
  const read = graph.nodes.get(squares)?.op === "Concat" ? readFactors : readPrecisions;
  const { source, D, ...parameters } = read(graph, squares, K);
  if (!(Math.abs(shift / LOG_2PI - D) < 1e-3)) throw notMixture();
  let before = graph.nodes.get(source);
  if (before?.op === "Cast") before = graph.nodes.get(before.inputs[0]);
  if (before !== undefined) throw notMixture(`one after a step ${before.op}, as in a pipeline`);
  return { weights: logWeights.map(expOf), ...parameters };
}

/** ((D log 2π + squares) * -1/2 + log|P|) + log weights, by the name of the squared distances. */
interface Sum {
  readonly logWeights: Float64Array;
  readonly shift: number;
  readonly squares: string;
}

function sumOf(graph: Graph): Sum {
  let sum: Sum | undefined;
  let most = 0;
  for (const name of graph.nodes.keys()) {
    const constants: Tensor[] = [];
    let rest = name;
    for (let parts = split(graph, rest, "Add"); parts && constants.length < 4; parts = split(graph, rest, "Add")) {
      constants.push(parts.constant);
      rest = parts.rest;
    }
    const half = split(graph, rest, "Mul");
    const shifted = half && split(graph, half.rest, "Add");
    if (!shifted || constants.length <= most || numberAt(graph, half.constant) !== -0.5) continue;
    most = constants.length;
    sum = {
      logWeights: numbersOf(graph, constants[0]),
      shift: numberAt(graph, shifted.constant),
      squares: shifted.rest,
    };
  }
  if (most === 3) throw notMixture("a BayesianGaussianMixture");
  if (sum === undefined || most !== 2) throw notMixture();
  return sum;
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

/** The operands of an Add or a Mul with a constant; undefined if a name stands for none. */
function split(
  { nodes, tensors }: Graph,
  name: string,
  op: "Add" | "Mul",
): { readonly constant: Tensor; readonly rest: string } | undefined {
  const node = nodes.get(name);
  if (node?.op !== op) return undefined;
  const [a, b] = node.inputs;
  const constant = tensors.get(a) ?? tensors.get(b);
  return constant && { constant, rest: tensors.has(a) ? b : a };
}

/** An operation by the name of its output. */
function nodeOf({ nodes }: Graph, name: string, ...ops: readonly string[]): Node {
  const node = nodes.get(name);
  if (node === undefined || !ops.includes(node.op)) throw notMixture();
  return node;
}

/** The numbers of a constant that must have a given shape. */
function constantOf(graph: Graph, name: string, rows: number, columns: number): Float64Array {
  const tensor = graph.tensors.get(name);
  if (tensor?.rows !== rows || tensor.columns !== columns) throw notMixture();
  return numbersOf(graph, tensor);
}

/** "full" and "tied": for each component |x P + b|², P the factor of the precision, upper triangular, and b = -mean P. */
function readFactors(graph: Graph, squares: string, K: number): Components {
  const products = nodeOf(graph, squares, "Concat").inputs.map((input) => {
    const { op, inputs } = nodeOf(graph, input, "ReduceSumSquare", "ReduceSum");
    return nodeOf(graph, op === "ReduceSum" ? nodeOf(graph, inputs[0], "Mul").inputs[0] : inputs[0], "Gemm");
  });
  const [source, first] = products[0]?.inputs ?? [];
  const D = graph.tensors.get(first)?.rows ?? 0;
  const isTied = K > 1 && products.every(({ inputs }) => inputs[1] === first);
  const matrices = isTied ? 1 : K;
  // every component has numbers of its own, of 4 or 8 bytes: a small file cannot ask for many
  if (products.length !== K || 4 * D * (K + matrices * D) > graph.view.byteLength) throw notMixture();
  const factors = new Float64Array(matrices * D * D);
  const offsets = new Float64Array(K * D);
  products.forEach(({ inputs, alpha }, k) => {
    if (inputs[0] !== source || alpha !== 1) throw notMixture();
    if (k < matrices) factors.set(constantOf(graph, inputs[1], D, D), k * D * D);
    offsets.set(constantOf(graph, inputs[2], 1, D), k * D);
  });
  if (factors.some((value, i) => value !== 0 && i % D < Math.floor(i / D) % D)) throw notMixture();
  // P = L'⁻¹, so that the covariance is L L' and the mean -L b
  const roots = withArena((arena) => invertTriangles(arena, factors, D));
  const means = new Float64Array(K * D);
  const covariances = new Float64Array(factors.length);
  for (let k = 0; k < K; k++) {
    const root = roots.subarray((k % matrices) * D * D);
    for (let i = 0; i < D; i++) {
      for (let m = 0; m < D; m++) means[k * D + i] -= root[i * D + m] * offsets[k * D + m];
      for (let j = 0; j < D && k < matrices; j++) {
        for (let m = 0; m < D; m++) covariances[(k * D + i) * D + j] += root[i * D + m] * root[j * D + m];
      }
    }
  }
  return { source, D, covarianceType: isTied ? "tied" : "full", means, covariances };
}

/** "diag" and "spherical": (Σ mean² p - 2 x (mean p)) + x² p with the precisions p, a product for all components at once. */
function readPrecisions(graph: Graph, squares: string, K: number): Components {
  const addends = (name: string): readonly string[] => nodeOf(graph, name, "Add").inputs.slice(0, 2);
  const terms = addends(squares).flatMap((term) => (graph.nodes.get(term)?.op === "Add" ? addends(term) : term));
  const [[source, weighted], [squared, inverse]] = [-2, 1].map((alpha) => {
    const product = terms.find(
      (term) => graph.nodes.get(term)?.op === "Gemm" && graph.nodes.get(term)?.alpha === alpha,
    );
    return nodeOf(graph, product ?? "", "Gemm").inputs;
  });
  const isDiagonal = nodeOf(graph, squared, "Mul", "ReduceSumSquare", "ReduceSum").op === "Mul";
  const D = graph.tensors.get(weighted)?.rows ?? 0;
  const precisions = constantOf(graph, inverse, isDiagonal ? D : 1, K);
  const means = constantOf(graph, weighted, D, K).map((value, i) => value / precisions[isDiagonal ? i : i % K]);
  return {
    source,
    D,
    covarianceType: isDiagonal ? "diag" : "spherical",
    means: transpose(means, D, K),
    covariances: transpose(precisions, isDiagonal ? D : 1, K).map((precision) => 1 / precision),
  };
}
