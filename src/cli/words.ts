// How messages speak of what the user gave.

const NAMES_SHOWN = 12;
const TEXT_SHOWN = 40;

/** A text in quotes for a message, cut short if it is long. */
export function quote(text: string): string {
  return text.length > TEXT_SHOWN ? `${JSON.stringify(text.slice(0, TEXT_SHOWN))}…` : JSON.stringify(text);
}

/** Names in quotes for a message, those beyond `shown` counted. */
export function quoted(names: readonly string[], shown = NAMES_SHOWN): string {
  const text = names.slice(0, shown).map(quote).join(", ");
  return names.length > shown ? `${text} and ${names.length - shown} more` : text;
}

/** `1 row`, `2 rows`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** The first name that comes a second time, if one does. */
export function repeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => {
    if (seen.has(name)) return true;
    seen.add(name);
    return false;
  });
}
