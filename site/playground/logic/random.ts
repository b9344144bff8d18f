// Numbers that look random and are the same for the same seed: for presets and for starts.

/** A generator of numbers from 0 to 1 (mulberry32, by Tommy Ettinger, public domain). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A generator of standard normal numbers (Box & Muller 1958). */
export function normal(seed: number): () => number {
  const next = uniform(seed);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** `count` different integers below `limit`, in random order (Floyd's way); all of them if there are fewer. */
export function sampleOf(limit: number, count: number, next: () => number): number[] {
  const chosen = new Set<number>();
  for (let top = Math.max(0, limit - count); top < limit; top++) {
    const candidate = Math.floor(next() * (top + 1));
    chosen.add(chosen.has(candidate) ? top : candidate);
  }
  return [...chosen];
}
