import { Message } from "./protobuf.ts";

/** An operation of the graph; field numbers below are those of onnx.proto. */
export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  /** Of a Gemm: the factor of the product. */
  readonly alpha: number;
}

/** Constant floats, still in the file: [rows, columns], a vector with rows 1. */
export interface Tensor {
  readonly rows: number;
  readonly columns: number;
  readonly start: number;
  readonly isDouble: boolean;
}

/** What a model computes: operations by the name of their output, constants by theirs. */
export interface Graph {
  readonly view: DataView;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** The least that an operation or a constant, and the name of an operand, take in a file: bounds what the index of one takes. */
const ENTRY_BYTES = 32;
const NAME_BYTES = 8;
const FLOAT = 1;
const DOUBLE = 11;

/** The error for what is no Gaussian mixture. */
export function notMixture(found = "a graph that computes something else"): RangeError {
  return new RangeError(
    `bytes: expected an ONNX model as skl2onnx writes a GaussianMixture, got ${found}; convert the mixture by itself`,
  );
}

/**
 * The graph of an ONNX model.
 *
 * @throws {RangeError} If the bytes are no such model.
 */
export function graphIn(view: DataView): Graph {
  const nodes = new Map<string, Node>();
  const tensors = new Map<string, Tensor>();
  let room = view.byteLength;
  for (const model = new Message(view); model.next(); ) {
    if (model.field !== 7) continue;
    for (const graph = model.message(); graph.next(); ) {
      if (graph.field !== 1 && graph.field !== 5) continue;
      room -= ENTRY_BYTES;
      if (room < 0) throw notMixture();
      if (graph.field === 5) addTensor(graph.message(), tensors);
      else room -= NAME_BYTES * addNode(graph.message(), nodes, room / NAME_BYTES);
    }
  }
  return { view, nodes, tensors };
}

/** Takes note of an operation, if it has no more than so many inputs. Result: how many. */
function addNode(message: Message, nodes: Map<string, Node>, most: number): number {
  const inputs: string[] = [];
  let output = "";
  let op = "";
  let alpha = 1;
  while (message.next()) {
    if (message.field === 1) {
      if (inputs.length >= most) throw notMixture();
      inputs.push(message.text());
    } else if (message.field === 2) output ||= message.text();
    else if (message.field === 4) op = message.text();
    else if (message.field === 5) {
      let name = "";
      let value = 0;
      for (const attribute = message.message(); attribute.next(); ) {
        if (attribute.field === 1) name = attribute.text();
        else if (attribute.field === 2) value = attribute.float();
      }
      if (name === "alpha") alpha = value;
    }
  }
  // a list that has grown has room for more: the copy has not
  nodes.set(output, { op, inputs: inputs.slice(), alpha });
  return inputs.length;
}

/** Takes note of a tensor of floats with up to two dimensions; others mean nothing here. */
function addTensor(message: Message, tensors: Map<string, Tensor>): void {
  let name = "";
  let type = 0;
  let rank = 0;
  let rows = 1;
  let columns = 1;
  let start = 0;
  let end = 0;
  while (message.next()) {
    if (message.field === 1) {
      message.eachInteger((side) => {
        rank++;
        rows = columns;
        columns = side;
      });
    } else if (message.field === 2) type = message.integer;
    else if (message.field === 8) name = message.text();
    else if (message.field === 4 || message.field === 9 || message.field === 10) {
      // packed floats, packed doubles and raw data look alike: little-endian
      start = message.start;
      end = message.end;
    }
  }
  if ((type !== FLOAT && type !== DOUBLE) || rank > 2 || rows * columns === 0) return;
  const isDouble = type === DOUBLE;
  if (rows * columns * (isDouble ? 8 : 4) !== end - start) {
    throw notMixture(`${rows} x ${columns} numbers in ${end - start} bytes`);
  }
  tensors.set(name, { rows, columns, start, isDouble });
}

/** A number of a tensor, counted row by row; the first if it has several. */
export function numberAt({ view }: Graph, { start, isDouble }: Tensor, i = 0): number {
  return isDouble ? view.getFloat64(start + 8 * i, true) : view.getFloat32(start + 4 * i, true);
}

/** The numbers of a tensor, row-major. */
export function numbersOf(graph: Graph, tensor: Tensor): Float64Array {
  return Float64Array.from({ length: tensor.rows * tensor.columns }, (_, i) => numberAt(graph, tensor, i));
}
