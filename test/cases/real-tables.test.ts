// Tables as the libraries themselves make them: what they hold gives the same bits as plain arrays.
import * as arrow from "apache-arrow";
import { table as arqueroTable, fromArrow } from "arquero";
import fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { type DataInput, type FitOptions, GaussianMixture } from "../../src/index.ts";
import { runs, uniforms } from "../support/problems.ts";

const N = 40;
const uniform = uniforms(7);
/** Numbers that float32 holds, and integers, in two groups. */
const floats = Array.from({ length: N }, (_, n) => Math.fround(uniform() + 5 * (n % 2)));
const doubles = Array.from({ length: N }, (_, n) => uniform() - 3 * (n % 2));
const integers = Array.from({ length: N }, (_, n) => Math.floor(90 * uniform()) + 20 * (n % 2));
const plain = floats.map((value, n) => [value, doubles[n], integers[n]]);
const names = ["f", "d", "i"];

const options = { nComponents: 2, covarianceType: "diag", init: "kmeans" } as const;
const fitTo = (data: DataInput, more: Partial<FitOptions> = {}): GaussianMixture =>
  GaussianMixture.fitSync(data, { ...options, ...more });

/** Expects a fit to have the bits of the one to plain rows, and to read the same data, and plain rows, as they do. */
function expectSame(
  data: DataInput,
  rows: DataInput,
  columns: readonly string[] | undefined,
  more: Partial<FitOptions> = {},
): void {
  const [found, expected] = [fitTo(data, more), fitTo(rows)];
  expect(found.columns).toEqual(columns);
  expect([found.means, found.weights, found.covariances]).toEqual([
    expected.means,
    expected.weights,
    expected.covariances,
  ]);
  expect(found.report?.logLikelihood).toBe(expected.report?.logLikelihood);
  if (more.missing) return;
  expect(found.scoreSamples(data)).toEqual(expected.scoreSamples(rows));
  expect(found.predict(rows)).toEqual(expected.predict(rows));
}

const table = (i: arrow.Vector = arrow.vectorFromArray(integers.map(BigInt), new arrow.Int64())): arrow.Table =>
  new arrow.Table({
    f: arrow.vectorFromArray(floats, new arrow.Float32()),
    d: arrow.vectorFromArray(doubles, new arrow.Float64()),
    i,
  });

describe("Apache Arrow", () => {
  test("a table, and each of its batches", () => {
    expectSame(table(), plain, names);
    expectSame(table().batches[0], plain, names);
  });

  test("a table after the wire", () => {
    expectSame(arrow.tableFromIPC(arrow.tableToIPC(table())), plain, names);
  });

  test("several chunks, and slices of them", () => {
    const twice = table().slice(0, 17).concat(table().slice(17));
    expect(twice.batches.length).toBe(2);
    expectSame(twice, plain, names);
    expectSame(twice.slice(5, 33), plain.slice(5, 33), names);
    expectSame(table().slice(9), plain.slice(9), names);
  });

  const kinds: Readonly<Record<string, (values: readonly number[]) => arrow.Vector>> = {
    Int8: (values) => arrow.vectorFromArray(values, new arrow.Int8()),
    Int16: (values) => arrow.vectorFromArray(values, new arrow.Int16()),
    Int32: (values) => arrow.vectorFromArray(values, new arrow.Int32()),
    Int64: (values) => arrow.vectorFromArray(values.map(BigInt), new arrow.Int64()),
    Uint8: (values) => arrow.vectorFromArray(values, new arrow.Uint8()),
    Uint16: (values) => arrow.vectorFromArray(values, new arrow.Uint16()),
    Uint32: (values) => arrow.vectorFromArray(values, new arrow.Uint32()),
    Uint64: (values) => arrow.vectorFromArray(values.map(BigInt), new arrow.Uint64()),
    Float16: (values) => arrow.vectorFromArray(values, new arrow.Float16()),
    Float32: (values) => arrow.vectorFromArray(values, new arrow.Float32()),
    Float64: (values) => arrow.vectorFromArray(values, new arrow.Float64()),
    Decimal: (values) =>
      arrow.vectorFromArray(
        values.map((value) => Uint32Array.of(100 * value, 0, 0, 0)),
        new arrow.Decimal(2, 12, 128),
      ),
    "Dictionary of numbers": (values) =>
      arrow.vectorFromArray(values, new arrow.Dictionary(new arrow.Float64(), new arrow.Int32())),
    "Dictionary of long integers": (values) =>
      arrow.vectorFromArray(values.map(BigInt), new arrow.Dictionary(new arrow.Int64(), new arrow.Int32())),
  };
  for (const [name, make] of Object.entries(kinds)) {
    test(`a column of ${name}, whole, in chunks and sliced`, () => {
      const column = make(integers);
      expectSame(table(column), plain, names);
      expectSame(table(make(integers.slice(0, 11)).concat(make(integers.slice(11)))), plain, names);
      const [from, to] = [3, 37];
      const sliced = { f: floats.slice(from, to), d: doubles.slice(from, to), i: column.slice(from, to) };
      expectSame(sliced, plain.slice(from, to), names);
    });

    test(`a column of ${name} with nulls, counted or dropped`, () => {
      const gone = [0, 8, 21];
      const holed = make(integers)
        .toJSON()
        .map((_, n) => (gone.includes(n) ? null : n));
      const whole = make(integers);
      const values = holed.map((n) => (n === null ? null : whole.get(n)));
      const column = arrow.vectorFromArray(values, whole.type);
      expect(() => fitTo(table(column))).toThrow(
        /^data: expected .+ row 0, column "i".+missing are 3 values in 3 of 40 rows: 3 in column "i"$/,
      );
      expectSame(
        table(column),
        plain.filter((_, n) => !gone.includes(n)),
        names,
        { missing: "drop" },
      );
    });
  }

  test("integers that no double holds are refused by row and column", () => {
    for (const [value, type] of [
      [2n ** 53n + 1n, new arrow.Int64()],
      [-(2n ** 53n) - 1n, new arrow.Int64()],
      [2n ** 64n - 1n, new arrow.Uint64()],
    ] as const) {
      const column = arrow.vectorFromArray([...integers.slice(1).map(BigInt), value], type);
      expect(() => fitTo(table(column))).toThrow(
        /^data: expected a number in row 39, column "i", got -?\d+n, which no double holds exactly/,
      );
    }
    const most = arrow.vectorFromArray([...integers.slice(1).map(BigInt), 2n ** 53n], new arrow.Int64());
    expect(fitTo(table(most)).report?.nRows).toBe(N);
  });

  const moments = integers.map((value) => new Date(86_400_000 * value));
  const numbers: Readonly<Record<string, arrow.Vector>> = {
    DateDay: arrow.vectorFromArray(moments, new arrow.DateDay()),
    DateMillisecond: arrow.vectorFromArray(moments, new arrow.DateMillisecond()),
    TimestampSecond: arrow.vectorFromArray(moments, new arrow.TimestampSecond()),
    TimestampMillisecond: arrow.vectorFromArray(moments, new arrow.TimestampMillisecond()),
    TimestampMicrosecond: arrow.vectorFromArray(moments, new arrow.TimestampMicrosecond()),
    TimestampNanosecond: arrow.vectorFromArray(moments, new arrow.TimestampNanosecond()),
    "Dictionary of timestamps": arrow.vectorFromArray(
      moments,
      new arrow.Dictionary(new arrow.TimestampMicrosecond(), new arrow.Int32()),
    ),
  };
  for (const [name, column] of Object.entries(numbers)) {
    test(`a column of ${name} is left out by name, and in milliseconds where it is asked for`, () => {
      const { columns, report } = fitTo(table(column));
      expect(columns).toEqual(["f", "d"]);
      expect(report?.leftOut).toEqual([{ column: "i", reason: "dates" }]);
      const rows = plain.map(([f, d], n) => [f, d, Number(moments[n])]);
      expectSame(table(column), rows, names, { columns: names });
    });
  }

  test("booleans are left out by name, and 0 and 1 where they are asked for", () => {
    const column = arrow.vectorFromArray(
      integers.map((value) => value % 2 === 0),
      new arrow.Bool(),
    );
    expect(fitTo(table(column)).report?.leftOut).toEqual([{ column: "i", reason: "true and false" }]);
    expectSame(
      table(column),
      plain.map(([f, d, i]) => [f, d, 1 - (i % 2)]),
      names,
      { columns: names },
    );
  });

  test("times of day, durations, texts, lists, structs and nulls are left out, and refused where they are asked for", () => {
    const others: readonly (readonly [arrow.Vector, string])[] = [
      [arrow.vectorFromArray(integers, new arrow.TimeMillisecond()), "times"],
      [arrow.vectorFromArray(integers.map(BigInt), new arrow.DurationMicrosecond()), "times"],
      [arrow.vectorFromArray(integers.map((value) => `t${value}`)), "texts"],
      [
        arrow.vectorFromArray(
          integers.map((value) => `t${value}`),
          new arrow.Utf8(),
        ),
        "texts",
      ],
      [
        arrow.vectorFromArray(
          integers.map(() => null),
          new arrow.Null(),
        ),
        "no values",
      ],
    ];
    for (const [column, reason] of others) {
      expect(fitTo(table(column)).report?.leftOut).toEqual([{ column: "i", reason }]);
      expect(() => fitTo(table(column), { columns: names })).toThrow(/column "i"/);
    }
    const struct = new arrow.Struct([new arrow.Field("x", new arrow.Float64())]);
    const list = new arrow.FixedSizeList(2, new arrow.Field("v", new arrow.Float64()));
    for (const column of [
      arrow.vectorFromArray(
        integers.map((x) => ({ x })),
        struct,
      ),
      arrow.vectorFromArray(
        integers.map((x) => [x, x]),
        list,
      ),
    ]) {
      const [{ column: name, reason }] = fitTo(table(column)).report?.leftOut ?? [];
      expect(`${name}: ${reason}`).toMatch(/^i: values such as an? /);
      expect(() => fitTo(table(column), { columns: names })).toThrow(TypeError);
    }
  });

  test("a name twice, or an odd one", () => {
    const twice = new arrow.Table(
      new arrow.Schema([new arrow.Field("x", new arrow.Float64()), new arrow.Field("x", new arrow.Float64())]),
    );
    expect(() => fitTo(twice)).toThrow(/expected columns of different names, got "x" twice/);
    const odd = ["__proto__", "", "constructor"];
    const column = (values: readonly number[]): arrow.Vector => arrow.vectorFromArray(values, new arrow.Float64());
    const fields = odd.map((name) => new arrow.Field(name, new arrow.Float64()));
    const children = [floats, doubles, integers].map((values) => column(values).data[0]);
    const schema = new arrow.Schema(fields);
    const batch = new arrow.RecordBatch(
      schema,
      arrow.makeData({ type: new arrow.Struct(fields), length: N, children }),
    );
    expectSame(new arrow.Table([batch]), plain, odd);
  });
});

describe("Arquero", () => {
  const columns = { f: floats, d: Float64Array.from(doubles), i: integers.map(BigInt) };

  test("a table", () => {
    expectSame(arqueroTable(columns), plain, names);
  });

  test("a table that is filtered, ordered and derived from", () => {
    const some = arqueroTable({ ...columns, k: integers.map((_, n) => n) })
      .filter((row: { k: number }) => row.k >= 4)
      .orderby("d")
      .select("f", "d", "i");
    const rows = plain.slice(4).sort(([, a], [, b]) => a - b);
    expectSame(some, rows, names);
  });

  test("a table made from Apache Arrow, with texts and nulls", () => {
    const i = arrow.vectorFromArray(
      integers.map((value, n) => (n % 10 ? BigInt(value) : null)),
      new arrow.Int64(),
    );
    const rows = plain.filter((_, n) => n % 10);
    expectSame(fromArrow(arrow.tableToIPC(table(i))), rows, names, { missing: "drop" });
    const named = arqueroTable({ s: integers.map((value) => `n${value}`), ...columns });
    expect(fitTo(named).report?.leftOut).toEqual([{ column: "s", reason: "texts" }]);
  });
});

describe("hyparquet", () => {
  const file = parquetWriteBuffer({
    columnData: [
      { name: "f", data: Float32Array.from(floats), type: "FLOAT" },
      { name: "d", data: Float64Array.from(doubles), type: "DOUBLE" },
      { name: "i", data: BigInt64Array.from(integers, BigInt), type: "INT64" },
      { name: "s", data: integers.map((value) => `n${value}`), type: "STRING" },
      { name: "b", data: integers.map((value) => value % 2 === 0), type: "BOOLEAN" },
    ],
  });

  test("rows with long integers", async () => {
    const rows = await parquetReadObjects({ file });
    expect(typeof rows[0].i).toBe("bigint");
    expectSame(rows, plain, names);
    expect(fitTo(rows).report?.leftOut).toEqual([
      { column: "s", reason: "texts" },
      { column: "b", reason: "true and false" },
    ]);
    const asked = plain.map(([f, , i]) => [f, 1 - (i % 2)]);
    expectSame(rows, asked, ["f", "b"], { columns: ["f", "b"] });
  });

  test("rows with nulls", async () => {
    const holed = parquetWriteBuffer({
      columnData: [
        { name: "f", data: Float32Array.from(floats), type: "FLOAT" },
        { name: "i", data: integers.map((value, n) => (n % 7 ? BigInt(value) : null)), type: "INT64" },
      ],
    });
    const rows = await parquetReadObjects({ file: holed });
    expect(() => fitTo(rows)).toThrow(/missing are 6 values in 6 of 40 rows: 6 in column "i"$/);
    const kept = plain.filter((_, n) => n % 7).map(([f, , i]) => [f, i]);
    expectSame(rows, kept, ["f", "i"], { missing: "drop" });
  });
});

describe("ImageData", () => {
  /** The class of browsers, as it is in their specification: data, width and height are getters of its prototype. */
  class ImageData {
    readonly #data: Uint8ClampedArray;
    readonly #width: number;
    constructor(data: Uint8ClampedArray, width: number) {
      this.#data = data;
      this.#width = width;
    }
    get data(): Uint8ClampedArray {
      return this.#data;
    }
    get width(): number {
      return this.#width;
    }
    get height(): number {
      return this.#data.length / 4 / this.#width;
    }
  }
  const pixels = (seed: number, width: number, height: number): Uint8ClampedArray => {
    const random = uniforms(seed);
    return Uint8ClampedArray.from({ length: 4 * width * height }, () => 256 * random());
  };

  test("is read as pixels, whole or by channels, as the plain object and plain rows are", () => {
    const size = fc.record({
      width: fc.integer({ min: 2, max: 9 }),
      height: fc.integer({ min: 3, max: 9 }),
      seed: fc.nat(99),
    });
    fc.assert(
      fc.property(size, fc.shuffledSubarray([0, 1, 2, 3], { minLength: 1 }), ({ width, height, seed }, channels) => {
        const data = pixels(seed, width, height);
        const rows = Array.from({ length: width * height }, (_, n) => [...data.subarray(4 * n, 4 * n + 4)]);
        const columns = channels.map((d) => "rgba"[d]);
        const some = rows.map((row) => channels.map((d) => row[d]));
        for (const image of [new ImageData(data, width), { data, width, height }]) {
          expectSame(image, rows, ["r", "g", "b", "a"]);
          expectSame(image, some, columns, { columns });
        }
      }),
      runs(20),
    );
  });
});

test("the four ways into a table give one mixture", async () => {
  const parquet = parquetWriteBuffer({
    columnData: names.map((name, d) => ({
      name,
      data: Float64Array.from(plain, (row) => row[d]),
      type: "DOUBLE" as const,
    })),
  });
  const ways: readonly DataInput[] = [
    table(),
    arqueroTable({ f: floats, d: doubles, i: integers }),
    await parquetReadObjects({ file: parquet }),
    { data: Float64Array.from(plain.flat()), shape: [N, 3], columns: names },
  ];
  const texts = ways.map((data) => JSON.stringify(fitTo(data)));
  expect(new Set(texts).size).toBe(1);
});
