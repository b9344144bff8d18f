import type { Arena } from "./arena.ts";
import type { Pointer } from "./kernels.ts";

/** Bytes of a generator's state (assembly/random.ts): six words of 64 bits. */
const STATE_BYTES = 48;

/** A seeded generator's state in the arena; the streams of one seed are unrelated. */
export function randomState(arena: Arena, seed: number, stream: number = 0): Pointer {
  const state = arena.bytesOf(STATE_BYTES);
  arena.kernels.seedRandom(state, seed, stream);
  return state;
}
