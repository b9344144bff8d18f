// No file gives wrong numbers without a word: what is read is what was written, and whatever might mean something else is refused.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Numbers, numbersOf } from "../../src/cli/columns.ts";
import { InputError } from "../../src/cli/failures.ts";
import { TextSource } from "../../src/cli/source.ts";
import { openTable } from "../../src/cli/table.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gaussmix-csv-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The numbers of a file with this content, and the notes about it. */
async function read(
  content: string | Uint8Array,
  names?: readonly string[],
): Promise<Numbers & { notes: readonly string[] }> {
  const path = join(folder, "table.csv");
  writeFileSync(path, content);
  const table = await openTable(new TextSource(path, false), names ?? []);
  const numbers = await numbersOf(table, names && { names, by: "--columns" }, "drop the row");
  return { ...numbers, notes: table.notes };
}

/** The message with which such a file is refused. */
async function refusal(content: string | Uint8Array): Promise<string> {
  try {
    await read(content);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error(`it was read: ${JSON.stringify(String(content))}`);
}

/** A table of numbers, and how it may be written. */
interface Written {
  readonly rows: readonly (readonly number[])[];
  readonly delimiter: string;
  readonly end: string;
  readonly point: string;
  readonly quotes: boolean;
  readonly encoding: "utf8" | "bom" | "utf16le" | "utf16be";
  readonly text: boolean;
}

const number = fc.oneof(
  fc.integer({ min: -9999, max: 9999 }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true, noDefaultInfinity: true }).map((x) => Math.round(x * 100) / 100 + 0),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
);
const written: fc.Arbitrary<Written> = fc
  .record({
    rows: fc
      .tuple(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 2, max: 8 }))
      .chain(([D, N]) => fc.array(fc.array(number, { minLength: D, maxLength: D }), { minLength: N, maxLength: N })),
    delimiter: fc.constantFrom(",", ";", "\t", "|"),
    end: fc.constantFrom("\n", "\r\n", "\r"),
    point: fc.constantFrom(".", ","),
    quotes: fc.boolean(),
    encoding: fc.constantFrom("utf8" as const, "bom" as const, "utf16le" as const, "utf16be" as const),
    text: fc.boolean(),
  })
  .map((one) => ({ ...one, quotes: one.quotes || (one.point === "," && one.delimiter === ",") }));

function contentOf({ rows, delimiter, end, point, quotes, encoding, text }: Written): Uint8Array {
  const quoted = (cell: string): string => (quotes ? `"${cell}"` : cell);
  const names = rows[0].map((_, d) => `x${d}`);
  const body = rows.map((row, n) => [...row.map((x) => `${x}`.replace(".", point)), ...(text ? [`t${n}`] : [])]);
  const lines = [[...names, ...(text ? ["text"] : [])], ...body].map((cells) => cells.map(quoted).join(delimiter));
  const whole = `${lines.join(end)}${end}`;
  if (encoding === "utf8") return Buffer.from(whole);
  if (encoding === "bom") return Buffer.from(`\ufeff${whole}`);
  const bytes = Buffer.from(`\ufeff${whole}`, "utf16le");
  return encoding === "utf16le" ? bytes : bytes.swap16();
}

describe("tables of numbers", () => {
  test("are read to the bit, however they are written, or refused where a comma has two meanings", async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(written, async (one) => {
        const cells = one.rows.flat().map(String);
        const hasDecimals = cells.some((cell) => cell.includes("."));
        const isPlain = one.point === "." || !hasDecimals;
        try {
          const { data, shape, columns, leftOut } = await read(contentOf(one));
          expect([...data]).toEqual(one.rows.flat());
          expect(shape).toEqual([one.rows.length, one.rows[0].length]);
          expect(columns).toEqual(one.rows[0].map((_, d) => `x${d}`));
          expect(leftOut.map(({ column }) => column)).toEqual(one.text ? ["text"] : []);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          // only where every comma of the file has three digits behind it and up to three before
          const decimals = cells.filter((cell) => cell.includes("."));
          expect(isPlain || !decimals.every((cell) => /^-?[1-9]\d{0,2}\.\d{3}$/.test(cell))).toBe(false);
          expect(error.message).toMatch(/may stand before decimals or thousands/);
          refused++;
        }
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeLessThan(20);
  });

  test("without a header are refused, whatever stands beside the numbers", async () => {
    await fc.assert(
      fc.asyncProperty(written, fc.boolean(), async (one, isFirst) => {
        const [, ...lines] = new TextDecoder()
          .decode(contentOf({ ...one, encoding: "utf8", end: "\n" }))
          .trimEnd()
          .split("\n");
        const given = isFirst ? lines.map((line) => `name${one.delimiter}${line}`) : lines;
        // a first row of 1, 2, 3 or of years is what names may look like, too
        fc.pre(!one.rows[0].every((x, d, [a, b]) => Number.isInteger(x) && x - a === d * (b - a)));
        await expect(refusal(given.join("\n"))).resolves.toMatch(/names of the columns in the first line, got numbers/);
      }),
      { numRuns: 300 },
    );
  });
});

/** Columns a, b of ten rows, with a header; `change` writes some cell otherwise. */
function table(change: (n: number, d: number, cell: string) => string, delimiter = ","): string {
  const rows = Array.from({ length: 10 }, (_, n) =>
    [`${n + 1}`, `${(n * 7) % 10}`].map((cell, d) => change(n, d, cell)),
  );
  return [["a", "b"], ...rows].map((cells) => cells.join(delimiter)).join("\n");
}

describe("one cell that is no number in a column of numbers is refused, wherever it stands", () => {
  const cells = [
    "",
    "?",
    "NA",
    "N/A",
    "n.a.",
    "NaN",
    "null",
    "-",
    ".",
    "#DIV/0!",
    "<NA>",
    "Infinity",
    "-inf",
    "∞",
    "1e999",
    "x",
    "1 kg",
  ];
  const other = [
    "0x10",
    "1_000",
    "1,234.5",
    "1.234.567",
    "1 234",
    "1'234",
    "10%",
    "$5",
    "5 €",
    "−5",
    "(5)",
    "5-",
    "1d3",
    "12,34,567",
  ];
  for (const cell of [...cells, ...other]) {
    test(JSON.stringify(cell), async () => {
      for (const place of [0, 4, 9]) {
        const message = await refusal(table((n, d, old) => (n === place && d === 1 ? `"${cell}"` : old)));
        expect(message).toMatch(new RegExp(`line ${place + 2}, column "b": expected .*, got .*; \\w+`));
      }
    });
  }

  test("but a column that was not asked for may hold anything", async () => {
    for (const cell of [...cells, ...other]) {
      const { data } = await read(
        table((n, d, old) => (n === 4 && d === 1 ? `"${cell}"` : old)),
        ["a"],
      );
      expect([...data]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }
  });
});

describe("a column of numbers in another notation is never left out", () => {
  for (const [name, write] of Object.entries<(cell: string) => string>({
    thousands: (cell) => `"1${cell},234"`,
    "thousands and decimals": (cell) => `"${cell},234.5"`,
    "points for thousands": (cell) => `"${cell}.234,5"`,
    percent: (cell) => `${cell}%`,
    hexadecimal: (cell) => `0x${cell}`,
    currency: (cell) => `$${cell}`,
    "spaces for thousands": (cell) => `${cell} 234`,
  })) {
    test(name, async () => {
      for (const which of [0, 1]) {
        await expect(refusal(table((_, d, cell) => (d === which ? write(cell) : cell), ";"))).resolves.toMatch(
          /write 1234\.5/,
        );
      }
    });
  }

  test("points in one column and decimal commas in another are refused", async () => {
    const message = await refusal(table((_, d, cell) => `${cell}${d === 0 ? ".5" : ",5"}`, ";"));
    expect(message).toMatch(
      /decimal points only or decimal commas only, got "0,5" here and "1\.5" in line 2, column "a"/,
    );
  });

  test("a name with a comma in it does not make the comma the delimiter", async () => {
    const { columns, data } = await read("weight, kg;height, cm\n70,5;180,2\n75,5;170,2\n");
    expect(columns).toEqual(["weight, kg", "height, cm"]);
    expect([...data]).toEqual([70.5, 180.2, 75.5, 170.2]);
  });
});

describe("a header", () => {
  test("may have lines in its names, comments before it or #, or a line that tells the delimiter", async () => {
    expect((await read('"a\nb","c, d"\n1,2\n3,4\n')).columns).toEqual(["a\nb", "c, d"]);
    const commented = await read("# made by a program, 2024, with care\n#\na,b\n1,2\n3,4\n");
    expect(commented.columns).toEqual(["a", "b"]);
    expect(commented.notes.join()).toMatch(/skipped 2 comment lines/);
    expect(await read("# a,b\n1,2\n3,4\n")).toMatchObject({ columns: ["a", "b"], shape: [2, 2] });
    expect((await read("#,b\n1,2\n3,4\n")).columns).toEqual(["#", "b"]);
    expect(await read("sep=;\na;b\n1;2\n3;4\n")).toMatchObject({ columns: ["a", "b"], shape: [2, 2] });
  });

  test("may be numbers where they count, and below them are decimals or a column without a name", async () => {
    expect((await read(",0,1\n0,5,3\n1,2,4\n")).columns).toEqual(["0", "1"]);
    expect((await read("country,1990,1991\nDE,1.5,2.5\nFR,2,3\n")).columns).toEqual(["1990", "1991"]);
    expect((await read("0,1,2,3\n5,3,1,1\n2,4,4,2\n")).columns).toEqual(["0", "1", "2", "3"]);
    expect((await read("0,1\n5.5,3\n2,4\n")).notes.join()).toMatch(/took the first line for names/);
    await expect(refusal("1,2\n3,4\n5,6\n")).resolves.toMatch(/got numbers only/);
    await expect(refusal("country,1990,1991\nDE,1,2\nFR,2,3\n")).resolves.toMatch(/got numbers/);
    expect((await read("x,7\n1,2\n3,4\n", ["x"])).columns).toEqual(["x"]);
  });

  test("must be text in an encoding that is told", async () => {
    await expect(refusal(Buffer.from("a,b\n1,2\n", "utf16le"))).resolves.toMatch(/bytes of value 0/);
    await expect(refusal(Buffer.from("é,b\n1,2\n", "latin1"))).resolves.toMatch(/expected text in UTF-8/);
    await expect(refusal(Uint8Array.of(0xff))).resolves.toMatch(/expected text in UTF-8/);
  });
});

test("columns that are left out are named, in order", async () => {
  const { leftOut, columns } = await read(
    "id,,n,when,gone,none\nu,1,5,2024-01-05,,NA\nv,2,6,2024-02-05,,NA\nw,3,9,2024-03-05,,\n",
  );
  expect(columns).toEqual(["n"]);
  expect(leftOut.map(({ column, reason }) => `${column}: ${reason}`)).toEqual([
    'id: "u" in line 2 is not a number',
    ": the header has no name",
    'when: "2024-01-05" in line 2 is not a number',
    "gone: every cell is empty",
    "none: no cell holds a number",
  ]);
});

test("columns that turn out to be text late are left out of long files, too", async () => {
  const N = 70_000;
  const lines = Array.from({ length: N }, (_, n) => `${n},${n < 30_000 ? n : `t${n}`},${n % 7}`);
  const { data, columns, leftOut } = await read(`a,b,c\n${lines.join("\n")}\n`);
  expect(columns).toEqual(["a", "c"]);
  expect(leftOut).toEqual([{ column: "b", reason: '"t30000" in line 30002 is not a number' }]);
  expect(data).toEqual(Float64Array.from({ length: 2 * N }, (_, i) => (i % 2 === 0 ? i / 2 : (i >> 1) % 7)));
});
