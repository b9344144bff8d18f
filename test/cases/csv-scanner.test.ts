// CSV is taken apart as an independent reader does it, in whatever pieces it comes.
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/cli/failures.ts";
import { csvLine, namesOf, Scanner } from "../../src/cli/scanner.ts";

const DELIMITERS = [",", ";", "\t", "|"];
/** Cells made of what matters to a reader. */
const cell = fc.string({
  unit: fc.constantFrom("a", "é", "1", ".", ",", ";", "\t", "|", " ", '"', "\n", "\r", "\r\n", "#"),
  maxLength: 6,
});
const delimiter = fc.constantFrom(...DELIMITERS);
const lineEnd = fc.constantFrom("\n", "\r\n", "\r");

/** The rows of a text that comes in pieces, cut at the given places. */
function scanned(text: string, by: string, cuts: readonly number[]): (readonly string[])[] {
  const scanner = new Scanner(by, "text");
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b), text.length];
  const rows = places.slice(1).flatMap((end, i) => scanner.scan(text.slice(places[i], end), false));
  return [...rows, ...scanner.scan("", true)].filter(({ isBlank }) => !isBlank).map(({ cells }) => cells);
}

const needsQuotes = (text: string, by: string): boolean => /["\r\n]|^\s|\s$/.test(text) || text.includes(by);

describe("the scanner", () => {
  test("gives cells back that were quoted as they need, in any pieces", () => {
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        table,
        delimiter,
        lineEnd,
        fc.array(fc.nat(), { maxLength: 5 }),
        fc.boolean(),
        (rows, by, end, cuts, ends) => {
          const lines = rows.map((cells) =>
            cells.map((text) => (needsQuotes(text, by) ? `"${text.replaceAll('"', '""')}"` : text)).join(by),
          );
          const text = lines.join(end) + (ends ? end : "");
          expect(scanned(text, by, cuts)).toEqual(rows);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("takes any text apart as csv-parse does, or refuses it where that does", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "1", ",", " ", '"', "\n", "\r\n"), maxLength: 30 });
    let read = 0;
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 3 }), (given, cuts) => {
        // a second quote after a cell's end is forgiven there, and refused here
        fc.pre(!/" +"/.test(given));
        let expected: string[][] | undefined;
        try {
          expected = parse(given, {
            ...{ trim: true, relax_column_count: true, record_delimiter: ["\r\n", "\n", "\r"], skip_empty_lines: true },
          }) as string[][];
        } catch {
          expect(() => scanned(given, ",", cuts)).toThrow(InputError);
          return;
        }
        read++;
        const found = scanned(given, ",", cuts);
        // a line of one empty cell in quotes is a row to us
        expect(found.filter((row) => row.join() !== "")).toEqual(expected.filter((row) => row.join() !== ""));
      }),
      { numRuns: 3000 },
    );
    expect(read).toBeGreaterThan(300);
  });

  test("names the line on which a row begins", () => {
    const rows = new Scanner(",", "text").scan('a,b\r\n\n1,"x\ny\r\nz"\r2,\n3,4', true);
    expect(rows.map(({ line, cells }) => [line, cells.length])).toEqual([
      [1, 2],
      [2, 1],
      [3, 2],
      [6, 2],
      [7, 2],
    ]);
  });
});

test("a line that is written is read again", () => {
  fc.assert(
    fc.property(fc.array(cell, { minLength: 2, maxLength: 5 }), (cells) => {
      expect(namesOf(csvLine(cells))).toEqual(cells);
    }),
  );
});
