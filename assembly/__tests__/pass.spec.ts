// The scratch of a pass: every place in it, and nothing over its end.
import { FULL, SPHERICAL, TIED } from "../layout";
import { passAt, passScratchBytes } from "../pass";
import { damaged, reset, room, sizeAt, SIZES, tileAt, TILES, where } from "./support.include";

/** End of the place before, and whether all places so far followed each other in steps of 16 bytes. */
let end: usize = 0;
let sound: bool = true;

function take(place: usize, bytes: usize): void {
  sound = sound && place >= end && ((place - end) as i32) < 32 && (place & 7) == 0;
  end = place + bytes;
}

describe("passAt", () => {
  test("lays out places that do not overlap, the vectors on 16 bytes, up to the last byte of the scratch", () => {
    for (let type = FULL; type <= SPHERICAL; ++type) {
      for (let i = 0; i < SIZES; ++i) {
        for (let j = 0; j < TILES; ++j) {
          for (let K = 1; K <= 17; ++K) {
            reset();
            const D = sizeAt(i);
            const T = tileAt(j);
            const bytes = passScratchBytes(type, D, T, K);
            const scratch = room(bytes);
            const pass = passAt(scratch, type, D, T, K);
            // the places themselves are kept at the start: eight pointers
            end = scratch + 8 * sizeof<usize>();
            sound = true;
            take(pass.active, <usize>K * 4);
            take(pass.masks, <usize>K * 4);
            take(pass.list, <usize>(K + 1) * sizeof<usize>());
            take(pass.top, <usize>T * 8);
            take(pass.z, <usize>(D * 8 + 8) * 8);
            take(pass.v, <usize>((1 + D) * T) * 8);
            if (type == TIED) take(pass.u, <usize>(D * T) * 8);
            take(pass.logp, <usize>(K * T) * 8);
            const name = where("passAt", type, D, K, 0, T);
            const even = ((pass.top - scratch) & 15) == 0 && ((pass.logp - scratch) & 15) == 0;
            expect(sound && even && end == scratch + bytes && !damaged()).toBe(true, name);
          }
        }
      }
    }
  });
});
