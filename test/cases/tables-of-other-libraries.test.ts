// Tables and vectors of other libraries are read by their methods, or refused with the line that converts them; never by
// the fields that their classes keep for themselves. The classes here have the fields and methods of the real ones.
import { describe, expect, test } from "vitest";
import { type DataInput, GaussianMixture } from "../../src/index.ts";

const x = [1, 2, 3, 4, 10, 12];
const y = [5, 3, 8, 1, 2, 9];
const meanOfX = 32 / 6;
const meanOfY = 28 / 6;

const fitTo = (data: unknown, options: object = {}): GaussianMixture =>
  GaussianMixture.fitSync(data as DataInput, { nComponents: 1, ...options });

/** A vector of Apache Arrow: elements by `get`, an array behind them by `toArray`, the rest its own business. */
class Vector {
  readonly data = [{}];
  readonly _offsets = Uint32Array.of(0, 6);
  readonly stride: number = 1;
  readonly numChildren = 0;
  readonly length: number;
  readonly type: object;
  readonly nullCount: number;
  readonly #values: readonly unknown[];
  readonly #array: ArrayLike<unknown>;

  constructor(type: object, values: readonly unknown[], array: ArrayLike<unknown>, nullCount = 0) {
    this.type = type;
    this.length = values.length;
    this.nullCount = nullCount;
    this.#values = values;
    this.#array = array;
  }

  get(n: number): unknown {
    return this.#values[n];
  }

  toArray(): ArrayLike<unknown> {
    return this.#array;
  }
}

/** A table of Apache Arrow. */
class Table {
  readonly schema: { readonly fields: readonly { readonly name: string }[] };
  readonly batches = [{}];
  readonly _offsets = Uint32Array.of(0, 6);
  readonly #columns: Readonly<Record<string, unknown>>;

  constructor(columns: Readonly<Record<string, unknown>>) {
    this.#columns = columns;
    this.schema = { fields: Object.keys(columns).map((name) => ({ name })) };
  }

  get numRows(): number {
    return 6;
  }

  getChild(name: string): unknown {
    return this.#columns[name] ?? null;
  }

  toArray(): unknown[] {
    return x.map((value, n) => ({ x: value, y: y[n] }));
  }
}

const doubles = (values: readonly number[]): Vector =>
  new Vector({ typeId: 3, precision: 2 }, values, Float64Array.from(values));

const expectBoth = (mixture: GaussianMixture): void => {
  expect(mixture.report?.nRows).toBe(6);
  expect(mixture.columns).toEqual(["x", "y"]);
  expect(mixture.means[0]).toBeCloseTo(meanOfX, 12);
  expect(mixture.means[1]).toBeCloseTo(meanOfY, 12);
};

describe("read as its rows and columns:", () => {
  test("a table of Apache Arrow", () => {
    expectBoth(fitTo(new Table({ x: doubles(x), y: doubles(y) })));
  });

  test("a table of Apache Arrow, columns by name and in another order", () => {
    const table = new Table({ y: doubles(y), name: new Vector({ typeId: 5 }, [], ["a"]), x: doubles(x) });
    expectBoth(fitTo(table, { columns: ["x", "y"] }));
    expect(() => fitTo(table, { columns: ["z"] })).toThrow(
      /^columns: expected names of columns, got "z"; the data has "y"/,
    );
  });

  test("a table of Arquero, as it is filtered and ordered", () => {
    class ColumnTable {
      readonly _names = ["x", "y"];
      readonly _mask = Uint32Array.of(63);
      readonly _nrows = 6;
      columnNames(): string[] {
        return this._names;
      }
      array(name: string): number[] {
        return name === "x" ? x : y;
      }
    }
    expectBoth(fitTo(new ColumnTable()));
  });

  test("a frame of Danfo.js", () => {
    class DataFrame {
      readonly $data = x.map((value, n) => [value, y[n]]);
      readonly $index = [0, 1, 2, 3, 4, 5];
      readonly $config = {};
      readonly $columns = ["x", "y"];
      get columns(): string[] {
        return this.$columns;
      }
      get shape(): [number, number] {
        return [6, 2];
      }
      column(name: string): { readonly values: readonly number[] } {
        return { values: name === "x" ? x : y };
      }
    }
    expectBoth(fitTo(new DataFrame()));
  });

  test("a frame of Polars, which has no class but its name, and throws for what it does not know", () => {
    const series = (values: readonly number[]): object => ({
      length: values.length,
      nullCount: () => 0,
      get: (n: number) => values[n],
      values: () => values,
      toArray: () => values,
    });
    const target = {
      [Symbol.toStringTag]: "DataFrame",
      columns: ["x", "y"],
      getColumn: (name: string) => series(name === "x" ? x : y),
    };
    const known = ["getColumn", "columns", "getChild", "column", "array", "schema"];
    const frame = new Proxy(target, {
      get(object, key) {
        if (typeof key === "symbol" || known.includes(key)) return Reflect.get(object, key);
        throw new Error(`not found: ${key}`);
      },
    });
    expectBoth(fitTo(frame));
  });

  test("a frame of Data-Forge", () => {
    class DataFrame {
      getColumnNames(): string[] {
        return ["x", "y"];
      }
      getSeries(name: string): object {
        return { toArray: () => (name === "x" ? x : y) };
      }
    }
    expectBoth(fitTo(new DataFrame()));
  });

  test("the columns that a module exports", () => {
    expectBoth(fitTo(Object.assign(Object.create(null), { x, y, [Symbol.toStringTag]: "Module" })));
  });

  test("an object that gives its rows as a list", () => {
    class Frame {
      readonly content = Float64Array.of(9, 9, 9);
      toArray(): unknown[] {
        return x.map((value, n) => ({ x: value, y: y[n] }));
      }
    }
    expectBoth(fitTo(new Frame()));
  });

  test("a plain object of another realm, or without a prototype", () => {
    expectBoth(fitTo(Object.assign(Object.create(null), { x, y })));
    expectBoth(fitTo(Object.setPrototypeOf({ x, y }, Object.create(null))));
  });

  test("rows that are vectors", () => {
    const mixture = fitTo(
      x.map((value, n) => new Vector({ typeId: 3, precision: 2 }, [value, y[n]], Float64Array.of(value, y[n]))),
    );
    expect([...mixture.means]).toEqual([expect.closeTo(meanOfX, 12), expect.closeTo(meanOfY, 12)]);
  });

  test("one vector, as one column", () => {
    expect(fitTo(doubles(x), { nFeatures: 1 }).means[0]).toBeCloseTo(meanOfX, 12);
  });
});

describe("read as the numbers that they are:", () => {
  const words = (integers: readonly number[], count: number): Uint32Array[] =>
    integers.map((integer) =>
      Uint32Array.from({ length: count }, (_, i) => Number(BigInt.asUintN(32, BigInt(integer) >> BigInt(32 * i)))),
    );
  const decimals = (integers: readonly number[], scale: number, count: number): Vector => {
    const values = words(integers, count);
    return new Vector(
      { typeId: 7, scale, bitWidth: 32 * count },
      values,
      Uint32Array.from(values.flatMap((w) => [...w])),
    );
  };
  const kinds: Readonly<Record<string, readonly [unknown, number]>> = {
    "64-bit integers": [new Vector({ typeId: 2, bitWidth: 64 }, x.map(BigInt), BigInt64Array.from(x, BigInt)), meanOfX],
    "decimals of 128 bits": [
      decimals(
        x.map((value) => 100 * value),
        2,
        4,
      ),
      meanOfX,
    ],
    "decimals below 0": [
      decimals(
        x.map((value) => -100 * value),
        2,
        4,
      ),
      -meanOfX,
    ],
    "decimals of 256 bits": [
      decimals(
        x.map((value) => -1000 * value),
        3,
        8,
      ),
      -meanOfX,
    ],
    "decimals that come as integers": [
      new Vector(
        { typeId: 7, scale: 1 },
        x.map((value) => BigInt(10 * value)),
        [],
      ),
      meanOfX,
    ],
    "half floats": [new Vector({ typeId: 3, precision: 0 }, x, Uint16Array.of(1, 2, 3, 4, 5, 6)), meanOfX],
    "a dictionary": [new Vector({ typeId: -1 }, x, x), meanOfX],
    "a BigInt64Array": [BigInt64Array.from(x, BigInt), meanOfX],
    "an array of bigints": [x.map(BigInt), meanOfX],
  };
  for (const [name, [column, mean]] of Object.entries(kinds)) {
    test(name, () => {
      const mixture = fitTo({ c: column, y });
      expect(mixture.report?.nRows).toBe(6);
      expect(mixture.means[0]).toBeCloseTo(mean, 12);
      expect(mixture.report?.warnings).toEqual([]);
    });
  }

  test("integers in rows, in records and in flat arrays", () => {
    const rows = x.map((value, n) => [BigInt(value), y[n]]);
    for (const [data, options] of [
      [rows, {}],
      [rows.map(([a, b]) => ({ a, b })), {}],
      [BigInt64Array.from(rows.flat(), BigInt), { nFeatures: 2 }],
      [{ data: rows.flat(), shape: [6, 2] }, {}],
    ] as const) {
      expect(fitTo(data, options).means[0]).toBeCloseTo(meanOfX, 12);
    }
  });
});

describe("refused with what to do:", () => {
  class Canvas {
    readonly width = 2;
    readonly height = 2;
  }
  class Tensor {
    readonly shape = [6, 2];
    readonly dataId = {};
    readonly size = 12;
    dataSync(): Float32Array {
      return new Float32Array(12);
    }
  }
  class Columns {
    readonly x = x;
    readonly y = y;
  }
  class Reader {
    readonly count = 6;
    getRowObjects(): unknown[] {
      return [];
    }
  }
  class Series {
    readonly $data = x;
    readonly $index = y;
    readonly values = x;
  }
  const nullable = new Vector({ typeId: 3, precision: 2 }, [1, null, 3], Float64Array.of(1, 0, 3), 1);
  const opaque = { nullCount: 1, toArray: () => Float64Array.of(1, 0, 3) };
  const odd = new Vector({ typeId: 15 }, [], Uint8Array.of(1, 2, 3, 4));
  const cases: Readonly<Record<string, readonly [unknown, RegExp]>> = {
    "a canvas": [
      new Canvas(),
      /got a Canvas; draw it on a canvas and give context\.getImageData\(0, 0, width, height\)/,
    ],
    "a tensor": [new Tensor(), /got a Tensor; give \{ data: data\.dataSync\(\), shape: data\.shape \}/],
    "columns in a class": [new Columns(), /got a Columns; if its fields are the columns, give \{ \.\.\.data \}/],
    "a reader of results": [new Reader(), /got a Reader; give data\.getRowObjects\(\)/],
    "a series": [new Series(), /got a Series; give data\.values/],
    "a Map": [new Map([["x", x]]), /got a Map; give Object\.fromEntries\(data\)/],
    "a Set": [new Set([x]), /got a Set; give \[\.\.\.data\]/],
    "rows in Maps": [[new Map([["x", 1]])], /got no keys; give rows of numbers, or plain objects/],
    "a promise": [Promise.resolve(x), /got a Promise; await it first/],
    "a vector with nulls": [{ c: nullable }, /row 1, column "c", got null; leave the row out or fill the value in/],
    "a table with nulls": [new Table({ c: nullable }), /row 1, column "c", got null/],
    "a vector with nulls and no way to them": [{ c: opaque }, /column "c", got 1 nulls; leave their rows out/],
    "a table with a name twice": [
      Object.assign(new Table({ x: doubles(x) }), { schema: { fields: [{ name: "x" }, { name: "x" }] } }),
      /expected columns of different names, got "x" twice; rename one/,
    ],
    "a vector with more numbers than elements": [{ c: odd, y: [] }, /./],
  };
  for (const [name, [data, text]] of Object.entries(cases)) {
    test(name, () => {
      expect(() => fitTo(data)).toThrow(text);
      expect(() => fitTo(data)).toThrow(/^data: expected .+; .+/);
    });
  }

  test("half floats without a way to their elements", () => {
    const column = { type: { typeId: 3, precision: 0 }, nullCount: 0, toArray: () => Uint16Array.of(1, 2) };
    expect(() => fitTo({ c: column })).toThrow(/^data: expected column "c" to have one element for each row/);
  });
});
