// What the beginning of a CSV file tells about the rest: where its header is, and what separates its cells.
import { InputError } from "./failures.ts";
import { commaDecimalOf, decimalOf } from "./notation.ts";
import { type Row, Scanner } from "./scanner.ts";
import { count, quote, quoted, repeated } from "./words.ts";

/** How a file is laid out. */
export interface Layout {
  readonly delimiter: string;
  /** Characters, and lines, before the first row. */
  readonly skipped: number;
  readonly skippedLines: number;
  /** Whether the header is that row; otherwise it has been skipped. */
  readonly isFirst: boolean;
  /** Names of the columns; a column without a name has "". */
  readonly header: readonly string[];
  /** Rows below it, as far as the sample goes. */
  readonly sample: readonly Row[];
  /** What to tell about it. */
  readonly notes: readonly string[];
}

const DELIMITERS = [",", ";", "\t", "|"];
/** Characters that are enough to tell the delimiter, if there are two rows in them. */
const SAMPLE = 65_536;
/** A blank line or a comment, whole. */
const LEAD = /[^\S\r\n]*(?:#[^\r\n]*)?(?:\r\n|\n|\r(?!$))/y;
/** The line with which spreadsheets tell the delimiter. */
const TOLD = /^sep=([^\r\n])(?:\r\n|\n|\r)/i;

/**
 * Finds the layout of a file.
 *
 * @param text - its beginning.
 * @param isWhole - whether that is all of it.
 * @param wanted - columns that are asked for by name.
 * @returns undefined if more of the text is needed.
 * @throws {InputError} If there is no header, or the first line may be none.
 */
export function layoutOf(
  text: string,
  isWhole: boolean,
  source: string,
  wanted: readonly string[],
): Layout | undefined {
  let begin = 0;
  for (LEAD.lastIndex = 0; LEAD.test(text); ) begin = LEAD.lastIndex;
  const lead = text.slice(0, begin);
  const told = TOLD.exec(text.slice(lead.length, lead.length + 8));
  const skipped = lead.length + (told?.[0].length ?? 0);
  const skippedLines = linesIn(text.slice(0, skipped));
  const enough = skipped + SAMPLE;
  const candidates = told === null ? DELIMITERS : [told[1]];
  for (const end of text.length > enough ? [enough, text.length] : [text.length]) {
    const isLast = isWhole && end === text.length;
    // two line ends are the least that two rows have
    if (!isLast && linesIn(text.slice(skipped, end)) < 2) continue;
    const trials = candidates.map((delimiter) =>
      tryOut(text.slice(skipped, end), isLast, delimiter, source, skippedLines),
    );
    const trial = chosen(trials, text.slice(skipped));
    if (trial.error !== undefined) throw trial.error;
    if (isLast || trial.rows.length > 1) return finished(trial, { lead, skipped, skippedLines }, source, wanted);
  }
  return undefined;
}

/** What a delimiter makes of the sample. */
interface Trial {
  readonly delimiter: string;
  /** The rows that are not blank. */
  readonly rows: readonly Row[];
  /** Whether every row has as many cells, and more than one. */
  readonly isEven: boolean;
  /** Why they could not be read. */
  readonly error?: InputError;
}

function tryOut(text: string, isLast: boolean, delimiter: string, source: string, skippedLines: number): Trial {
  try {
    const scanned = new Scanner(delimiter, source, skippedLines + 1).scan(text, isLast);
    const rows = scanned.filter(({ isBlank }) => !isBlank);
    const width = rows[0]?.cells.length ?? 0;
    return { delimiter, rows, isEven: width > 1 && rows.every(({ cells }) => cells.length === width) };
  } catch (error) {
    if (error instanceof InputError) return { delimiter, rows: [], isEven: false, error };
    throw error;
  }
}

/**
 * The delimiter that gives every row as many cells as the header; of several, the one that leaves most numbers; if none does, the one
 * that is most frequent in the header, and the rows will be told from it.
 */
function chosen(trials: readonly Trial[], text: string): Trial {
  const even = trials.filter(({ isEven }) => isEven);
  if (even.length > 0) return highest(even, shareOfNumbers);
  const header = /^.*\S.*$/m.exec(text)?.[0].replace(/"[^"]*"/g, "") ?? "";
  return highest(trials, ({ delimiter }) => header.split(delimiter).length);
}

/** The first of those for which `scoreOf` is largest. */
function highest(trials: readonly Trial[], scoreOf: (trial: Trial) => number): Trial {
  const values = trials.map(scoreOf);
  return trials[values.indexOf(Math.max(...values))];
}

function shareOfNumbers({ rows }: Trial): number {
  let cells = 0;
  let numbers = 0;
  for (const row of rows.slice(1)) {
    for (const cell of row.cells) if (isNumber(cell)) numbers++;
    cells += row.cells.length;
  }
  return cells === 0 ? 0 : numbers / cells;
}

function isNumber(cell: string): boolean {
  return !Number.isNaN(decimalOf(cell)) || !Number.isNaN(commaDecimalOf(cell));
}

function finished(
  { delimiter, rows }: Trial,
  { lead, skipped, skippedLines }: { lead: string; skipped: number; skippedLines: number },
  source: string,
  wanted: readonly string[],
): Layout {
  const notes: string[] = [];
  const comments = lead.match(/#[^\r\n]*/g) ?? [];
  // a comment with as many cells as what follows it is the header: some programs put # before theirs
  const last = new Scanner(delimiter, source).scan(comments.at(-1) ?? "", true)[0]?.cells ?? [];
  const isHeader = last.length > 1 && last.length === rows[0]?.cells.length;
  const header = isHeader ? [last[0].replace(/^#\s+/, ""), ...last.slice(1)] : rows[0]?.cells;
  const nComments = comments.length - (isHeader ? 1 : 0);
  if (nComments > 0) notes.push(`${source}: skipped ${count(nComments, "comment line")} at the beginning`);
  if (header === undefined) {
    throw new InputError(
      `${source}: expected a header row and rows of numbers, got no text; check where it comes from`,
    );
  }
  const sample = isHeader ? rows : rows.slice(1);
  notes.push(...checkHeader(header, sample, source, wanted));
  return { delimiter, skipped, skippedLines, isFirst: !isHeader, header, sample, notes };
}

/**
 * Refuses a first line that may be a row: it would be lost. Text among its cells does not make it a header: many files have neither
 * names nor numbers only.
 *
 * @returns notes.
 */
function checkHeader(
  header: readonly string[],
  sample: readonly Row[],
  source: string,
  wanted: readonly string[],
): string[] {
  const numbers = header.filter((name) => isNumber(name) || /^(?:\?|nan)$/i.test(name));
  // whoever asks for columns by their names has seen the header; one number may be meant as a place
  const names = new Set(header);
  const found = wanted.filter((name) => name !== "" && names.has(name));
  const isKnown = found.some((name) => !isNumber(name)) || (found.length > 1 && found.length === wanted.length);
  if (numbers.length > 0 && !isKnown && !isCounted(header, numbers, sample)) {
    const got = numbers.length === header.length ? "numbers only" : "numbers";
    throw new InputError(
      `${source}: expected the names of the columns in the first line, got ${got} (${quoted(numbers, 4)}); ` +
        "add a header row, or give such columns names with a letter in them",
    );
  }
  const twice = repeated(header.filter((name) => name !== ""));
  if (twice !== undefined) {
    throw new InputError(
      `${source}: expected each column name once in the header, got ${quote(twice)} again; rename one`,
    );
  }
  return numbers.length > 0 && !isKnown
    ? [`${source}: took the first line for names of columns, though there are numbers in it (${quoted(numbers, 4)})`]
    : [];
}

/**
 * Whether numbers in the first line are names: 0, 1, 2, … as data frames without names write, or years. Rows look like that by chance
 * when they are short; then the index of a data frame, which has no name, or decimals below must bear witness.
 */
function isCounted(header: readonly string[], numbers: readonly string[], sample: readonly Row[]): boolean {
  const step = Number(numbers[1]) - Number(numbers[0]);
  const isSequence = numbers.every(
    (name, i) => /^\d+$/.test(name) && (i === 0 || Number(name) - Number(numbers[i - 1]) === step),
  );
  if (numbers.length === 1 || !isSequence || step < 1) return header[0] === "" && numbers.join() === "0";
  if (header[0] === "" || numbers.length > 3) return true;
  const first = Number(numbers[0]);
  const isUsual = step === 1 && (first < 2 || (first > 1500 && first < 2500));
  const places = header.flatMap((name, d) => (numbers.includes(name) ? [d] : []));
  return isUsual && sample.some(({ cells }) => places.some((d) => isNumber(cells[d] ?? "") && !/^\d+$/.test(cells[d])));
}

function linesIn(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}
