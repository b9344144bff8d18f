import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MixtureError, quoted, received } from "../src/errors.ts";
import { type DataInput, type Matrix, type MatrixOptions, matrixOf, notFinite, vectorOf } from "../src/input/data.ts";
import { thrownBy } from "./support/errors.ts";

/** All rows of a matrix, copied at once. */
function rowsOf(matrix: Matrix): number[] {
  const out = new Float64Array(matrix.nRows * matrix.nColumns);
  matrix.copyRows(0, matrix.nRows, out);
  return [...out];
}

/** An array with holes where no entry is given. */
const sparse = (length: number, entries: object): unknown[] => Object.assign(new Array(length), entries);

/** Whatever a JavaScript caller may pass. */
const read = (data: unknown, options?: MatrixOptions): Matrix => matrixOf(data as DataInput, options);
const readAll = (data: unknown, options?: MatrixOptions): number[] => rowsOf(read(data, options));

const wholes = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array] as const;

describe("every form of data", () => {
  const expected = [1, 2, 3, 4, 5, 6];
  const records = [
    { x: 1, y: 2, name: "a" },
    { x: 3, y: 4, name: "b" },
    { x: 5, y: 6, name: "c" },
  ];
  const forms: readonly (readonly [string, DataInput, MatrixOptions?])[] = [
    ["a flat Float64Array", Float64Array.from(expected), { nFeatures: 2 }],
    ["a flat Float32Array", Float32Array.from(expected), { nFeatures: 2 }],
    ["a flat array cut by its names", Float64Array.from(expected), { columns: ["x", "y"] }],
    ["a plain array with its shape", { data: expected, shape: [3, 2] }],
    ["a typed array with its shape", { data: Uint8Array.from(expected), shape: [3, 2] }],
    [
      "arrays of numbers",
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    ["typed arrays as rows", [Float64Array.of(1, 2), Float32Array.of(3, 4), Int8Array.of(5, 6)]],
    ["rows of both kinds", [[1, 2], Float32Array.of(3, 4), [5, 6]]],
    ["an array-like of rows", { length: 3, 0: [1, 2], 1: [3, 4], 2: Float64Array.of(5, 6) } as unknown as DataInput],
    ["records", records],
    ["records with named columns", records, { columns: ["x", "y"] }],
    ["records without a prototype", records.map((row) => Object.assign(Object.create(null) as object, row))],
    ["a table of arrays", { x: [1, 3, 5], y: [2, 4, 6] }],
    ["a table of typed arrays", { x: Float64Array.of(1, 3, 5), y: Int16Array.of(2, 4, 6) }],
    ["a table with a column of texts", { name: ["a", "b", "c"], x: [1, 3, 5], y: [2, 4, 6] }],
    ["a table of array-likes", { x: { length: 3, 0: 1, 1: 3, 2: 5 }, y: [2, 4, 6] }],
    ["a table of Arrow vectors", { x: { nullCount: 0, toArray: () => Float64Array.of(1, 3, 5) }, y: [2, 4, 6] }],
  ];

  for (const [name, data, options] of forms) {
    test(`${name} gives the same matrix`, () => {
      const matrix = matrixOf(data, options);
      expect([matrix.nRows, matrix.nColumns]).toEqual([3, 2]);
      expect(rowsOf(matrix)).toEqual(expected);
    });
  }

  for (const Type of wholes) {
    test(`a flat ${Type.name} gives the same matrix`, () => {
      expect(readAll(Type.from(expected), { nFeatures: 2 })).toEqual(expected);
    });
  }

  test("all forms agree on any matrix and any range of rows", () => {
    const matrices = fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 6 }))
      .chain(([nRows, nColumns]) =>
        fc.record({
          nColumns: fc.constant(nColumns),
          rows: fc.array(fc.array(fc.double(), { minLength: nColumns, maxLength: nColumns }), {
            minLength: nRows,
            maxLength: nRows,
          }),
          first: fc.integer({ min: 0, max: nRows - 1 }),
        }),
      );
    fc.assert(
      fc.property(matrices, ({ rows, nColumns, first }) => {
        const names = Array.from({ length: nColumns }, (_, d) => `column ${d}`);
        const forms: readonly (readonly [DataInput, MatrixOptions?])[] = [
          [rows],
          [rows.map((row) => Float64Array.from(row))],
          [Float64Array.from(rows.flat()), { nFeatures: nColumns }],
          [{ data: rows.flat(), shape: [rows.length, nColumns] }],
          [rows.map((row) => Object.fromEntries(row.map((value, d) => [names[d], value])))],
          [Object.fromEntries(names.map((name, d) => [name, rows.map((row) => row[d])]))],
          [Object.fromEntries(names.map((name, d) => [name, Float64Array.from(rows, (row) => row[d])]))],
        ];
        for (const [data, options] of forms) {
          const matrix = matrixOf(data, options);
          const count = matrix.nRows - first;
          const out = new Float64Array(count * nColumns + 1).fill(7);
          matrix.copyRows(first, count, out);
          expect([...out]).toEqual([...rows.slice(first).flat(), 7]); // 7: nothing is written behind the rows
        }
      }),
    );
  });

  test("a view into a larger buffer is read from its own start", () => {
    expect(readAll(new Float64Array([9, 1, 2, 9]).subarray(1, 3), { nFeatures: 1 })).toEqual([1, 2]);
  });

  test("a plain array of numbers is a column if there is one column", () => {
    expect(readAll([1, 2, 3], { nFeatures: 1 })).toEqual([1, 2, 3]);
    expect(readAll([1, 2, 3], { columns: ["x"] })).toEqual([1, 2, 3]);
  });

  test("records of an interface type and shapes that are not tuples compile", () => {
    interface Flower {
      length: number;
      width: number;
    }
    const flowers: Flower[] = [{ length: 5.1, width: 3.5 }];
    const shape: number[] = [1, 2];
    expect(rowsOf(matrixOf(flowers))).toEqual([5.1, 3.5]);
    expect(rowsOf(matrixOf({ data: [5.1, 3.5], shape }))).toEqual([5.1, 3.5]);
    // @ts-expect-error: rows of texts are not rows of numbers
    expect(() => rowsOf(matrixOf([["a"]]))).toThrow(TypeError);
  });
});

describe("names of columns", () => {
  test("are those of records and tables, in the order of the data", () => {
    expect(read([{ b: 1, a: 2 }]).columns).toEqual(["b", "a"]);
    expect(read({ b: [1], a: [2] }).columns).toEqual(["b", "a"]);
    expect(read([[1, 2]]).columns).toBeUndefined();
  });

  test("pick and order the columns of records and tables", () => {
    const columns = ["a", "c"];
    expect(readAll([{ c: 3, b: 2, a: 1 }], { columns })).toEqual([1, 3]);
    expect(readAll({ c: [3], b: ["x"], a: [1] }, { columns })).toEqual([1, 3]);
  });

  test("are attached to bare rows in order", () => {
    const matrix = read([[1, 2]], { columns: ["a", "b"] });
    expect(matrix.columns).toEqual(["a", "b"]);
    expect(rowsOf(matrix)).toEqual([1, 2]);
  });

  test("may be getters of a record's class", () => {
    class Point {
      readonly #x: number;
      constructor(x: number) {
        this.#x = x;
      }
      get x(): number {
        return this.#x;
      }
    }
    expect(readAll([new Point(1), new Point(2)], { columns: ["x"] })).toEqual([1, 2]);
  });

  test("leave out texts, booleans, dates and columns without any value, and say so", () => {
    const row = { s: "a", t: "1", b: true, d: new Date(0), n: null, u: undefined, x: 1 };
    const told = [
      { column: "s", reason: "texts" },
      { column: "t", reason: "numbers as texts" },
      { column: "b", reason: "true and false" },
      { column: "d", reason: "dates" },
      { column: "n", reason: "no values" },
      { column: "u", reason: "no values" },
    ];
    const records = read([row, row]);
    expect(records.columns).toEqual(["x"]);
    expect(records.leftOut).toEqual(told);
    const table = read({ s: ["a"], t: ["1"], b: [true], d: [new Date(0)], n: [null], u: [undefined], z: 5, x: [1] });
    expect(table.columns).toEqual(["x"]);
    expect(table.leftOut).toEqual([...told, { column: "z", reason: "values such as 5" }]);
    expect(read([row, row], { columns: ["x"] }).leftOut).toEqual([]);
  });

  test("that are properties of every object or array are unknown", () => {
    for (const name of ["toString", "constructor", "__proto__", "hasOwnProperty"]) {
      for (const data of [[{ x: 1 }], { x: [1] }]) {
        const error = thrownBy(() => read(data, { columns: [name] }));
        expect(error).toBeInstanceOf(RangeError);
        expect(error.message).toMatch(`columns: expected names of columns, got "${name}"; the data has "x"`);
      }
    }
  });
});

describe("data that cannot be read", () => {
  const R = RangeError;
  const T = TypeError;
  class Reading {}
  // biome-ignore format: one case per line
  const cases: readonly (readonly [string, unknown, MatrixOptions, typeof TypeError | typeof RangeError, RegExp])[] = [
    ["null", null, {}, T, /^data: expected rows of numbers, got null; give rows such as \[\[1, 2\]/],
    ["undefined", undefined, {}, T, /got undefined/],
    ["a text", "1,2", {}, T, /got "1,2"/],
    ["a number", 3, {}, T, /got 3/],
    ["a function", () => 1, {}, T, /got a function/],
    ["a promise", Promise.resolve([]), {}, T, /got a Promise; await it first/],
    ["a Map", new Map(), {}, T, /got a Map/],
    ["an ArrayBuffer", new ArrayBuffer(8), { nFeatures: 1 }, T, /got an ArrayBuffer/],
    ["a DataView", new DataView(new ArrayBuffer(8)), { nFeatures: 1 }, T, /got a DataView/],
    ["bigints without their number of columns", BigInt64Array.of(1n), {}, T, /got a BigInt64Array of length 1 alone/],
    ["data under another name", null, { argument: "rows" }, T, /^rows: expected/],

    ["a flat array without its number of columns", new Float64Array(6), {}, T, /got a Float64Array of length 6 alone; give { data, shape } or nFeatures/],
    ["a flat array of a length that is not whole rows", new Float64Array(7), { nFeatures: 2 }, R, /divisible by 2 \(nFeatures\), got 7/],
    ["a plain array of numbers", [1, 2, 3], {}, T, /got a plain array of 3 numbers; .*\[\[1\], \[2\]\].*nFeatures: 1/],
    ["a plain array of numbers for two columns", [1, 2], { nFeatures: 2 }, T, /expected rows of 2 numbers, got one row that is not in a list; write \[\[1, …\]\]/],

    ["an empty typed array", new Float64Array(0), { nFeatures: 2 }, R, /at least one row, got a Float64Array of length 0/],
    ["an empty array", [], {}, R, /at least one row, got an array of length 0/],
    ["rows without columns", [[], []], {}, R, /at least one column, got rows of length 0/],
    ["a table without rows", { x: [], y: [] }, {}, R, /at least one row/],
    ["an object without keys", {}, {}, R, /at least one column of numbers, got no keys/],

    ["ragged rows", [[1, 2], [3, 4], [5]], {}, R, /expected rows of 2 numbers, as row 0 has, got 1 in row 2/],
    ["a hole between rows", sparse(3, { 0: [1], 2: [3] }), {}, T, /expected an array of numbers as row 1, got undefined/],
    ["a null row", [[1], null], {}, T, /as row 1, got null/],
    ["a first row that is missing", [null, [1]], {}, T, /expected an array of numbers or a record as row 0, got null/],
    ["rows of texts", ["1", "2"], {}, T, /as row 0, got "1"/],
    ["a record among rows", [[1], { x: 1 }], {}, T, /as row 1, got an object with "x"/],

    ["rows narrower than expected", [[1, 2, 3]], { nFeatures: 4 }, R, /^data: expected rows of 4 numbers \(nFeatures\), got rows of 3; give/],
    ["rows narrower than a width of another name", [[1]], { nFeatures: 4, widthName: "the mixture's nFeatures" }, R, /\(the mixture's nFeatures\), got rows of 1/],
    ["a shape wider than expected", { data: [1, 2], shape: [1, 2] }, { nFeatures: 1 }, R, /expected rows of 1 numbers/],
    ["rows wider than the names", [[1, 2, 3]], { columns: ["a"] }, R, /rows of 1 numbers \(the length of columns\), got rows of 3/],
    ["records with more columns than expected", [{ x: 1, y: 2 }], { nFeatures: 1 }, R, /expected 1 columns of numbers \(nFeatures\), got 2: "x", "y"; name the ones/],
    ["a table with fewer columns than expected", { x: [1] }, { nFeatures: 2 }, R, /expected 2 columns of numbers \(nFeatures\), got 1: "x"/],

    ["records without numbers", [{ a: "1", b: null }], {}, R, /at least one column of numbers, got only "a", "b"; turn texts into numbers/],
    ["a null record", [{ x: 1 }, null], {}, T, /expected a record as row 1, got null/],
    ["an array among records", [{ x: 1 }, [1]], {}, T, /expected a record as row 1, got an array of length 1/],
    ["an unknown column of records", [{ x: 1, name: "a" }], { columns: ["z"] }, R, /got "z"; the data has "x", "name"/],
    ["objects of a class without data", [new Reading()], {}, R, /got no keys/],

    ["a single record", { x: 1, y: 2 }, {}, R, /got only "x", "y"; .*a single record as \[record\]/],
    ["columns of unequal length", { x: [1, 2], y: [1, 2], z: [1] }, {}, R, /columns of 2 numbers, as "x" has, got 1 in "z"/],
    ["an unknown column of a table", { x: [1] }, { columns: ["z"] }, R, /got "z"; the data has "x"/],
    ["a column of texts by name", { x: [1], s: ["a"] }, { columns: ["x", "s"] }, T, /array of numbers in column "s", got an array that starts with "a"/],
    ["a column that is not a list by name", { x: [1], s: 5 }, { columns: ["s"] }, T, /in column "s", got 5/],
    ["an Arrow vector with nulls", { x: { nullCount: 2, toArray: () => Float64Array.of(1, 0, 0) } }, {}, T, /column "x", got 2 nulls/],

    ["a shape with other data", { data: 5, shape: [1, 1] }, {}, T, /^data\.data: expected a flat array of numbers, got 5/],
    ["a shape that is not a list", { data: [1], shape: 1 }, {}, T, /^data\.shape: expected \[rows, columns\], got 1/],
    ["a shape of one size", { data: [1], shape: [1] }, {}, R, /got \[1\]/],
    ["a shape of three sizes", { data: [1], shape: [1, 1, 1] }, {}, R, /got \[1, 1, 1\]/],
    ["a shape without rows", { data: [], shape: [0, 2] }, {}, R, /two integers, 1 or more, got \[0, 2\]/],
    ["a shape of fractions", { data: [1], shape: [0.5, 2] }, {}, R, /got \[0\.5, 2\]/],
    ["a shape that does not fit", { data: [1, 2, 3], shape: [2, 2] }, {}, R, /expected 4 numbers for the shape \[2, 2\], got 3/],
    ["a transposed view", { data: [1, 2, 3, 4, 5, 6], shape: [3, 2], stride: [1, 3] }, {}, R, /strides \[2, 1\], got \[1, 3\]; copy/],

    ["nFeatures of 0", [[1]], { nFeatures: 0 }, R, /^nFeatures: expected an integer, 1 or more, got 0/],
    ["names that are no array", [[1]], { columns: "x" as never }, T, /^columns: expected an array of names, got "x"/],
    ["no names", [[1]], { columns: [] }, R, /^columns: expected at least one name/],
    ["names of another number than the shape's", { data: [1, 2], shape: [1, 2], columns: ["x"] }, {}, R, /^data\.columns: expected 2 names, as the shape says, got 1/],
    ["a name that numbers with names do not have", { data: [1, 2], shape: [1, 2], columns: ["x", "y"] }, { columns: ["z"] }, R, /^columns: expected names of columns, got "z"; the data has "x", "y"/],
    ["an image of grey pixels", { data: new Uint8Array(4), width: 2, height: 2 }, {}, R, /^data: expected 4 numbers for each of 2 x 2 pixels, got 4 numbers; give \{ data: image\.data, shape/],
    ["a name that is no text", [[1]], { columns: [1 as never] }, T, /^columns: expected a name at index 0, got 1/],
    ["a name twice", [{ x: 1 }], { columns: ["x", "x"] }, R, /^columns: expected each name once, got "x" again at index 1/],
    ["names and a width that disagree", [[1, 2]], { columns: ["x"], nFeatures: 2 }, R, /^columns: expected 2 names \(nFeatures\), got 1/],
  ];

  for (const [name, data, options, type, text] of cases) {
    test(`${name}: ${type.name} before anything is copied`, () => {
      const error = thrownBy(() => read(data, options));
      expect(error.message).toMatch(text);
      expect(error.constructor).toBe(type);
      expect(error.message).toMatch(/^[\w.]+: expected .*, got .*; .+$/); // argument, expected, got, remedy
    });
  }
});

describe("a value that is not a number", () => {
  const x3 = { data: [1, 2, 3, "4"], shape: [2, 2] };
  // biome-ignore format: one case per line
  const cases: readonly (readonly [string, unknown, RegExp])[] = [
    ["in a row", [[1, 2], [3, "4"]], /^data: expected a number in row 1, column 1, got "4"; convert it/],
    ["a word in a row", [[1, 2], [3, "NA"]], /row 1, column 1, got "NA"; leave the row out, fill the value in, or name/],
    ["missing from the first record", [{ x: 1 }, { x: 2, y: 3 }], /row 0, column "y", got undefined/],
    ["a text in the first record", [{ x: "NA" }, { x: 2 }], /row 0, column "x", got "NA"/],
    ["a text at the head of a column", { x: ["NA", 2] }, /row 0, column "x", got "NA"/],
    ["missing from a row", [[1, 2], [3, undefined]], /row 1, column 1, got undefined; leave the row out or fill/],
    ["in a hole of a row", [[1, 2], sparse(2, { 1: 4 })], /row 1, column 0, got undefined/],
    ["nested too deep", [[1, [2]]], /row 0, column 1, got an array of length 1; give numbers only/],
    ["in flat data with a shape", x3, /row 1, column 1, got "4"/],
    ["missing from a later record", [{ x: 1 }, {}], /row 1, column "x", got undefined/],
    ["null in the first record", [{ x: null, y: 1 }, { x: 2, y: 1 }], /row 0, column "x", got null/],
    ["a text in a later record", [{ x: 1 }, { x: "2" }], /row 1, column "x", got "2"/],
    ["in a column", { x: [1, 2], y: [1, "2"] }, /row 1, column "y", got "2"/],
    ["null at the head of a column", { x: [null, 2] }, /row 0, column "x", got null/],
  ];
  for (const [name, data, text] of cases) {
    test(`${name} is named by row and column when it is copied`, () => {
      const matrix = read(data);
      const error = thrownBy(() => rowsOf(matrix));
      expect(error.message).toMatch(text);
      expect(error.constructor).toBe(TypeError);
    });
  }

  test("is named by its row in the whole data when a later range is copied", () => {
    const matrix = read({ data: [1, 2, 3, 4, 5, "6"], shape: [3, 2] }, { columns: ["a", "b"] });
    expect(() => matrix.copyRows(1, 2, new Float64Array(4))).toThrow('row 2, column "b"');
  });

  test("is named by the column's given name in bare rows", () => {
    expect(() => readAll([[1, null]], { columns: ["a", "b"] })).toThrow('row 0, column "b", got null');
  });
});

describe("a value that is not finite", () => {
  test("passes the copy", () => {
    expect(readAll([[NaN, Infinity]])).toEqual([NaN, Infinity]);
  });

  test("is named by row and column", () => {
    const error = notFinite(
      read([
        [1, 2],
        [3, NaN],
      ]),
      3,
      NaN,
    );
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toBe(
      "data: expected finite numbers, got NaN in row 1, column 1; leave the row out or fill the value in",
    );
  });

  test("is named by the column's name where it has one", () => {
    const matrix = read([{ a: 1, b: -Infinity }]);
    expect(notFinite(matrix, 1, -Infinity, "rows").message).toMatch(/^rows: .*got -Infinity in row 0, column "b";/);
  });
});

describe("a vector", () => {
  test("is copied from any list, so that the caller's may change", () => {
    const values = Float64Array.of(1, 2);
    expect(vectorOf(values, 2, "v")).not.toBe(values);
    expect(vectorOf(values, 2, "v")).toEqual(values);
    expect(vectorOf(BigInt64Array.of(1n, 2n) as never, 2, "v")).toEqual(values);
    expect(vectorOf([1, 2], 2, "v")).toEqual(values);
    expect(vectorOf(Float32Array.of(1, 2), 2, "v")).toEqual(values);
    expect(vectorOf({ length: 2, 0: 1, 1: 2 }, 2, "v")).toEqual(values);
  });

  const bad = (values: unknown, length: number): Error => thrownBy(() => vectorOf(values as number[], length, "v"));

  test("of another length is a RangeError", () => {
    expect(bad([1], 2)).toBeInstanceOf(RangeError);
    expect(bad([1], 2).message).toMatch(/^v: expected one number per row \(2\), got 1; give as many/);
  });

  test("with anything but numbers is a TypeError naming the index", () => {
    expect(bad([1, "2"], 2)).toBeInstanceOf(TypeError);
    expect(bad([1, "2"], 2).message).toMatch(/^v: expected a number at index 1, got "2"/);
    expect(bad(sparse(3, { 0: 1, 2: 3 }), 3).message).toMatch(/at index 1, got undefined/);
  });

  test("that is no list is a TypeError", () => {
    for (const value of [null, 5, "ab", new Set([1])]) {
      expect(bad(value, 2)).toBeInstanceOf(TypeError);
    }
  });
});

describe("errors", () => {
  test("say briefly what came", () => {
    class Odd {}
    const anonymous = new (class {})();
    // biome-ignore format: one case per line
    const cases: readonly (readonly [unknown, string])[] = [
      ["fulll", '"fulll"'],
      ["x".repeat(50), `"${"x".repeat(40)}"…`],
      [NaN, "NaN"],
      [-1.5, "-1.5"],
      [3n, "3n"],
      [null, "null"],
      [undefined, "undefined"],
      [true, "true"],
      [Symbol("s"), "a symbol"],
      [() => 1, "a function"],
      [[1, 2, 3], "an array of length 3"],
      [new Float64Array(2), "a Float64Array of length 2"],
      [new Int8Array(1), "an Int8Array of length 1"],
      [new Uint8Array(1), "a Uint8Array of length 1"],
      [new DataView(new ArrayBuffer(1)), "a DataView"],
      [new Date(0), "a Date"],
      [new Odd(), "an Odd"],
      [{}, "an object without keys"],
      [anonymous, "an object without keys"],
      [Object.create(null), "an object without keys"],
      [{ a: 1, b: 2 }, 'an object with "a", "b"'],
      [{ constructor: 1 }, 'an object with "constructor"'],
    ];
    for (const [value, text] of cases) expect(received(value)).toBe(text);
  });

  test("count the names they do not show", () => {
    expect(quoted(["a", "b", "c", "d"], 2)).toBe('"a", "b" and 2 more');
  });

  test("of a computation carry a code, and a component and a cause if there are any", () => {
    const cause = new Error("inner");
    const error = new MixtureError("SINGULAR_COVARIANCE", "text", { component: 0, cause });
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.code, error.component, error.cause]).toEqual([
      "MixtureError",
      "SINGULAR_COVARIANCE",
      0,
      cause,
    ]);
    expect(String(error)).toBe("MixtureError: text");
    const bare = new MixtureError("MEMORY", "text");
    expect("component" in bare).toBe(false);
    expect("cause" in bare).toBe(false);
  });
});
