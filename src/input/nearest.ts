/** Longest word, in UTF-16 units, for which a near one is looked for, and the longest that is suggested. */
const LONGEST_WORD = 64;
/** Letters compared with letters for one suggestion at most: some 20 ms. Later candidates are only compared whole. */
const MOST_COMPARED = 4_000_000;

/**
 * The candidate a mistyped word most likely stands for, for a "did you mean"; `undefined` if none is near.
 * Case, dashes and underscores are ignored (`n_components` is `nComponents`), a word may be cut short or drawn out
 * (`maxIterations` is `maxIter`), and about one letter in three may be wrong. Words of more than 64 letters are near none,
 * so that the cost does not depend on how long a text from outside is.
 *
 * @param word - what came.
 * @param candidates - what is known; the first of equally near ones wins.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > LONGEST_WORD) return undefined;
  const typed = plain(word);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(typed.length / 3)) + 1;
  let compared = 0;
  for (const candidate of candidates) {
    if (candidate.length > LONGEST_WORD) continue;
    const known = plain(candidate);
    const partial = typed.length >= 3 && (known.includes(typed) || typed.includes(known));
    let distance = known === typed ? 0 : partial ? 1 : Math.abs(known.length - typed.length);
    if (known !== typed && !partial && distance < bestDistance) {
      compared += known.length * typed.length;
      distance = compared > MOST_COMPARED ? bestDistance : editDistance(typed, known);
    }
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Fewest letters to insert, delete or replace, or neighbours to swap (optimal string alignment). O(|a| |b|). */
function editDistance(a: string, b: string): number {
  const table = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = table[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(replaced, table[i - 1][j] + 1, row[j - 1] + 1, swapped ? table[i - 2][j - 2] + 1 : Infinity));
    }
    table.push(row);
  }
  return table[a.length][b.length];
}
