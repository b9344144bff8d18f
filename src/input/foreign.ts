// Tables and vectors of other libraries, read by what they offer in public; their fields are nobody else's business.
import { received } from "../errors.ts";
import { firstHole, isList, isTypedArray } from "./checks.ts";

/** A table by the names of its columns, in order. */
export interface NamedColumns {
  readonly names: readonly string[];
  /** What there is under a name: a list or a vector. */
  readonly columnOf: (name: string) => unknown;
}

/** What the methods and fields of a table may be. Nothing of it is trusted to be there. */
type Foreign = Readonly<Record<string, unknown>> & { readonly [Symbol.iterator]?: unknown };

const isFunction = (value: unknown): value is (...args: readonly unknown[]) => unknown => typeof value === "function";

/** By which pair of members tables give their columns: the names, and what takes one of them. */
const PAIRS = [
  // Arquero's ColumnTable: array() follows its filter and order
  ["columnNames", "array"],
  // Danfo.js's DataFrame: column() gives a series, which has values
  ["columns", "column"],
  // Polars's DataFrame: getColumn() gives a series, which has toArray()
  ["columns", "getColumn"],
  // Data-Forge's DataFrame: the same
  ["getColumnNames", "getSeries"],
] as const;

/** A table of another library; undefined if it is none that is known. */
export function foreignTable(input: object): NamedColumns | undefined {
  const table = input as Foreign;
  // Apache Arrow's Table and RecordBatch, Flechette's Table
  if (isFunction(table.getChild)) return namedColumns(table, Object(table.schema).fields, "getChild");
  const [names, method] = PAIRS.find(([, method]) => isFunction(table[method])) ?? [];
  if (!names || !method) return undefined;
  const list = table[names];
  return namedColumns(table, isFunction(list) ? list.call(table) : list, method);
}

/** Columns by a list of names, or of fields that have them, and a method that takes a name. */
function namedColumns(table: Foreign, list: unknown, method: string): NamedColumns | undefined {
  if (!isFunction(table[method]) || !isList(list) || firstHole(list) >= 0) return undefined;
  const names = Array.from(list, (field) => {
    const name: unknown = Object(field).name ?? field;
    return typeof name === "string" ? name : received(name);
  });
  const columnOf = (name: string): unknown => {
    const column = (table[method] as (name: string) => unknown)(name);
    return isList(column) || isVector(column) ? column : Object(column).values;
  };
  return { names, columnOf };
}

/** Whether a value is no list, but has its elements made into one by `toArray()`. */
export function isVector(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value) && isFunction((value as Foreign).toArray);
}

/** Apache Arrow's numbers for its types, which others have taken over. */
const ARROW = { float: 3, decimal: 7 };
/** Dates and timestamps: `get()` gives milliseconds since 1970. */
const ARROW_DATES = [8, 10];
/** Times of day, intervals and durations. */
const ARROW_TIMES = [9, 11, 18];

/** What a vector holds by its type, if that is dates or times: as numbers they come in a unit of their own. */
export function timesIn(vector: object): "dates" | "times" | undefined {
  const id = typeOf(vector).typeId as number;
  return ARROW_DATES.includes(id) ? "dates" : ARROW_TIMES.includes(id) ? "times" : undefined;
}

/** The type of a vector's elements; a dictionary's are those that it lists. */
function typeOf(vector: object): Foreign {
  const type = Object((vector as Foreign).type) as Foreign;
  return Object(type.dictionary ?? type) as Foreign;
}

/** Whether a value can be called: a class cannot. */
function isMethod(value: unknown): value is () => unknown {
  return isFunction(value) && !/^class\b/.test(Function.prototype.toString.call(value));
}

/**
 * The elements of a vector, null where there is none. The array behind it is taken only where it has one number for each:
 * half floats and decimals of Apache Arrow, for example, come as words, and dates in units of their own.
 *
 * @throws {TypeError} If it has nulls, in whose place `toArray()` may give numbers without a meaning, and no elements by index; or if
 *   it has neither an array of its length nor elements by index.
 */
export function vectorList(vector: object, name: string): ArrayLike<unknown> {
  const { length, nullCount, get, toArray } = vector as Foreign;
  const type = typeOf(vector);
  const isOwn = (type.typeId === ARROW.float && type.precision === 0) || timesIn(vector) !== undefined;
  const list: unknown = isOwn ? undefined : (toArray as () => unknown).call(vector);
  const nulls: unknown = isMethod(nullCount) ? nullCount.call(vector) : nullCount;
  if (isList(list) && type.typeId !== ARROW.decimal && (typeof length !== "number" || length === list.length)) {
    if (!ArrayBuffer.isView(list) || !nulls) return list;
    if (!isFunction(get)) {
      throw new TypeError(
        `data: expected numbers in ${name}, got ${received(nulls)} nulls; leave their rows out or fill them in`,
      );
    }
  }
  if (!isFunction(get) || !Number.isSafeInteger(length)) {
    throw new TypeError(
      `data: expected ${name} to have one element for each row, got ${received(vector)}; give its numbers in an array`,
    );
  }
  const values: unknown[] = [];
  for (let n = 0; n < (length as number); n++) {
    const value = get.call(vector, n);
    values.push(type.typeId === ARROW.decimal ? decimalOf(value, type.scale) : value);
  }
  return values;
}

/**
 * A decimal as the nearest double: an integer over 10^scale, which comes as a bigint or in words of 32 bits, the lowest
 * first, in two's complement. Anything else stays as it is.
 */
function decimalOf(value: unknown, scale: unknown): unknown {
  let integer = value;
  if (isTypedArray(value)) {
    let bits = 0n;
    for (let i = value.length - 1; i >= 0; i--) bits = (bits << 32n) | BigInt(value[i] >>> 0);
    integer = BigInt.asIntN(32 * value.length, bits);
  }
  return typeof integer === "bigint" ? Number(`${integer}e${-Number(scale)}`) : value;
}

/** Methods by which tables give what can be read. */
const GIVING = ["toRecords", "objects", "getRowObjects", "getColumnsObject"];

/** What to do about an object of a class that is not read: the line that converts it. */
export function conversionOf(input: object): string {
  const given = input as Foreign;
  if (isFunction(given.then)) return "await it first";
  if (Object.prototype.toString.call(input) === "[object Map]") return "give Object.fromEntries(data)";
  if (typeof given.width === "number") {
    return "draw it on a canvas and give context.getImageData(0, 0, width, height)";
  }
  if (isFunction(given.dataSync)) return "give { data: data.dataSync(), shape: data.shape }";
  if (isList(given.values)) return "give data.values";
  const method = GIVING.find((name) => isFunction(given[name]));
  if (method !== undefined) return `give data.${method}()`;
  if (isFunction(given[Symbol.iterator])) return "give [...data]";
  if (Object.keys(input).length > 0) return "if its fields are the columns, give { ...data }";
  return "give rows such as [[1, 2], [3, 4]], a typed array, { data, shape }, records, or columns by name";
}
