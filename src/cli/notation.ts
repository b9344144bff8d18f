// What a cell holds: a number, no value, a number in a notation that is not read, or text.

/** Digits with a decimal point. */
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** Digits with a decimal comma, as most of Europe writes. */
const DECIMAL_COMMA = /^[+-]?(?:\d+,\d*|,\d+)(?:e[+-]?\d+)?$/i;
/** One that may be thousands in English, too. */
const AMBIGUOUS_COMMA = /^[+-]?[1-9]\d{0,2},\d{3}$/;
/** Words that stand for a value that is not there. */
const MISSING =
  /^(?:\?+|[.*-]|--+|na|n\/a|n\.a\.|<na>|#n\/a|#(?:value|div\/0|ref|num|null|name)[!?]|-?nan(?:\(ind\))?|nat|null|none|nil|\\n|missing|[+-]?(?:inf(?:inity)?|∞))$/i;

const DIGITS = String.raw`(?:\d+(?:[.,]\d*)?|[.,]\d+|\d{1,3}(?:[,.\s'’_]\d{2,3})*[,.\s'’_]\d{3}(?:[.,]\d+)?|\d+(?:_\d+)+(?:\.\d+)?)(?:[ed][+-]?\d+)?`;
const SIGN = "[+\u2212\u2013-]?";
/** Thousands, currencies, percent, minus signs of typesetters and accountants, other bases and exponents. */
const OTHER_NOTATION = new RegExp(
  String.raw`^(?:${SIGN}\s*\p{Sc}?\s*${SIGN}\s*${DIGITS}\s*(?:%|‰|\p{Sc})?|${DIGITS}-|\(\s*\p{Sc}?\s*${DIGITS}\s*\)|[+-]?0(?:x[\da-f]+|b[01]+|o[0-7]+))$`,
  "iu",
);

/**
 * The number that a cell holds in decimal notation.
 *
 * @returns NaN if it holds anything else; an infinity if the number is too large.
 */
export function decimalOf(cell: string): number {
  return DECIMAL.test(cell) ? Number(cell) : Number.NaN;
}

/** The number that a cell holds with a decimal comma; NaN if it holds anything else. */
export function commaDecimalOf(cell: string): number {
  return DECIMAL_COMMA.test(cell) ? Number(cell.replace(",", ".")) : Number.NaN;
}

/** Whether a decimal comma may be a separator of thousands: 1,234 but neither 0,234 nor 1,2345. */
export function isAmbiguousComma(cell: string): boolean {
  return AMBIGUOUS_COMMA.test(cell);
}

/** Whether a cell says that there is no value, or none that is finite. */
export function isMissing(cell: string): boolean {
  return cell === "" || MISSING.test(cell);
}

/** Whether a person would take a cell for a number, though it is not in decimal notation. */
export function isOtherNotation(cell: string): boolean {
  return cell.length < 64 && OTHER_NOTATION.test(cell);
}
