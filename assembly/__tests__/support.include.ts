// What the kernel tests share: memory with canaries around every array, seeded numbers, comparisons. Every array of a
// test comes from `room`; all of them are given back by `reset`, with which a case begins.

const ARENA_BYTES: usize = 16 << 20;
const ARENA: usize = heap.alloc(ARENA_BYTES);
/** Bytes of canary before and after every array: more than a kernel could skip by mistake in one store. */
const GUARD_BYTES: usize = 64;
/**
 * Half a canary word. Around inputs, two of them, at any 4-byte alignment, read as a f64 are NaN: a stray read is seen in
 * the result. Around what is made after `seal` they read as 3.14: NaN would survive a stray sum or product.
 */
const INPUT_CANARY: u32 = 0x7ffcbeef;
const OUTPUT_CANARY: u32 = 0x40091eb8;
/** Half a word of fresh memory: also NaN, so that scratch which is read before it is written is seen too. */
const FRESH: u32 = 0x7ff9dead;

const MOST_ARRAYS: i32 = 4096;
/** Start, bytes, (for inputs) checksum and canary of every array, as u32. */
const ARRAYS: usize = memory.data(4096 * 16);
let canary: u32 = INPUT_CANARY;

let used: usize = ARENA;
let arrays: i32 = 0;

/** 2^-52: twice the largest relative error of one operation. */
export const EPS: f64 = 2.220446049250313e-16;

/** Begins a case: all arrays are given back, and the numbers start anew. */
export function reset(seed: i32 = 1): void {
  used = ARENA;
  arrays = 0;
  canary = INPUT_CANARY;
  state = <u64>seed * 0x9e3779b97f4a7c15 + 0x123456789abcdef;
}

/** A fresh array between canaries. */
export function room(bytes: usize): usize {
  const start = used + GUARD_BYTES;
  const end = start + bytes;
  used = ((end + GUARD_BYTES + 15) & ~15);
  assert(used <= ARENA + ARENA_BYTES && arrays < MOST_ARRAYS, "support.include.ts: no room left");
  fillWords(start - GUARD_BYTES, start, canary);
  fillWords(start, end, FRESH);
  fillWords(end, used, canary);
  const entry = ARRAYS + <usize>arrays * 16;
  ++arrays;
  store<u32>(entry, start);
  store<u32>(entry, bytes, 4);
  store<u32>(entry, 0, 8);
  store<u32>(entry, canary, 12);
  return start;
}

/** Room for `length` f64, or i32. */
export function f64s(length: i32): usize {
  return room(<usize>length << 3);
}

export function i32s(length: i32): usize {
  return room(<usize>length << 2);
}

/** Room for `length` f64 that are all `value`. */
export function filled(length: i32, value: f64): usize {
  const p = f64s(length);
  for (let i = 0; i < length; ++i) put(p, i, value);
  return p;
}

/** Declares the arrays so far to be inputs: `damaged` tells if one of them changes. */
export function seal(): void {
  canary = OUTPUT_CANARY;
  for (let a = 0; a < arrays; ++a) sealEntry(ARRAYS + <usize>a * 16);
}

/** Takes one array out again: a kernel may write it. */
export function unseal(p: usize): void {
  for (let a = 0; a < arrays; ++a) {
    const entry = ARRAYS + <usize>a * 16;
    if (<usize>load<u32>(entry) == p) store<u32>(entry, 0, 8);
  }
}

function sealEntry(entry: usize): void {
  store<u32>(entry, checksum(load<u32>(entry), load<u32>(entry, 4)) | 1, 8);
}

/** 0 when every canary is whole and every input as it was, or 1 + the number of the first array that is not. */
export function damaged(): i32 {
  for (let a = 0; a < arrays; ++a) {
    const entry = ARRAYS + <usize>a * 16;
    const start = <usize>load<u32>(entry);
    const end = start + load<u32>(entry, 4);
    const sum = load<u32>(entry, 8);
    const word = load<u32>(entry, 12);
    if (!areWords(start - GUARD_BYTES, start, word) || !areWords(end, end + GUARD_BYTES, word)) return 1 + a;
    if (sum != 0 && sum != (checksum(start, end - start) | 1)) return 1 + a;
  }
  return 0;
}

/** Whether the array still holds what `room` put there. */
export function isFresh(p: usize, bytes: usize): bool {
  return areWords(p, p + bytes, FRESH);
}

function fillWords(p: usize, end: usize, word: u32): void {
  for (; p < end; p += 4) store<u32>(p, word);
}

function areWords(p: usize, end: usize, word: u32): bool {
  for (; p < end; p += 4) if (load<u32>(p) != word) return false;
  return true;
}

function checksum(p: usize, bytes: usize): u32 {
  let sum: u32 = 2166136261;
  for (const end = p + bytes; p < end; p += 4) sum = (sum ^ load<u32>(p)) * 16777619 + (sum >> 15);
  return sum;
}

export function at(p: usize, i: i32): f64 {
  return load<f64>(p + (<usize>i << 3));
}

export function put(p: usize, i: i32, value: f64): void {
  store<f64>(p + (<usize>i << 3), value);
}

export function add(p: usize, i: i32, value: f64): void {
  put(p, i, at(p, i) + value);
}

export function intAt(p: usize, i: i32): i32 {
  return load<i32>(p + (<usize>i << 2));
}

export function putInt(p: usize, i: i32, value: i32): void {
  store<i32>(p + (<usize>i << 2), value);
}

/** Sum of a pair of lanes. */
export function pairAt(p: usize, i: i32): f64 {
  return at(p, 2 * i) + at(p, 2 * i + 1);
}

let state: u64 = 1;

/** Uniform on [low, high): Knuth's 64-bit congruential generator, which shares nothing with random.ts. */
export function between(low: f64, high: f64): f64 {
  state = state * 6364136223846793005 + 1442695040888963407;
  return low + (high - low) * (<f64>(state >> 11) * 1.1102230246251565e-16);
}

/** Integer in [0, n). */
export function below(n: i32): i32 {
  return <i32>between(0, <f64>n);
}

export function fill(p: usize, length: i32, low: f64, high: f64): void {
  for (let i = 0; i < length; ++i) put(p, i, between(low, high));
}

/** |actual - expected| / tolerance: at most 1 is right. 0 for equals (infinities too); Infinity where NaN is involved. */
export function ratio(actual: f64, expected: f64, tolerance: f64): f64 {
  if (actual == expected) return 0;
  const r = Math.abs(actual - expected) / tolerance;
  return r >= 0 ? r : Infinity;
}

/** Largest `ratio` of two arrays under one tolerance. */
export function worst(actual: usize, expected: usize, length: i32, tolerance: f64): f64 {
  let most: f64 = 0;
  for (let i = 0; i < length; ++i) most = max(most, ratio(at(actual, i), at(expected, i), tolerance));
  return most;
}

/** Index of the first f64 whose bits differ, or -1. */
export function firstDifference(a: usize, b: usize, length: i32): i32 {
  for (let i = 0; i < length; ++i) {
    if (load<u64>(a + (<usize>i << 3)) != load<u64>(b + (<usize>i << 3))) return i;
  }
  return -1;
}

export function copyOf(p: usize, bytes: usize): usize {
  const copy = room(bytes);
  memory.copy(copy, p, bytes);
  return copy;
}

/** 1 to 9, then 17: the sizes that every kernel is tested with, by number. */
export const SIZES: i32 = 10;

export function sizeAt(i: i32): i32 {
  return i < 9 ? i + 1 : 17;
}

/** Rows per tile: one block, four, sixteen. */
export const TILES: i32 = 3;

export function tileAt(i: i32): i32 {
  return i == 0 ? 8 : i == 1 ? 32 : 128;
}

/** Numbers of rows around a tile. */
export const COUNTS: i32 = 6;

export function countAt(i: i32, T: i32): i32 {
  if (i < 2) return i;
  if (i < 5) return T - 3 + i;
  return 2 * T + 3;
}

/** Names a case in a message. */
export function where(what: string, type: i32, D: i32, K: i32, N: i32, T: i32): string {
  return (
    what + ": type " + type.toString() + ", D " + D.toString() + ", K " + K.toString() + ", N " + N.toString() +
    ", T " + T.toString()
  );
}
