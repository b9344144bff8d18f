// Whitened copies of tiles.
import { whiten } from "../density";
import { TIED } from "../layout";
import { whitenTiles } from "../whiten";
import { makeData, makeMixture, modelOf, rowsOf } from "./reference";
import { damaged, f64s, firstDifference, isFresh, reset, seal, sizeAt, SIZES, where } from "./support.include";

describe("whitenTiles", () => {
  test("whitens the tiles of its range as one after the other, and leaves the places of the others alone", () => {
    for (let i = 0; i < SIZES; ++i) {
      const D = sizeAt(i);
      reset(D);
      const m = makeMixture(TIED, D, 1);
      const d = makeData(37, D, 8, false);
      const rows = rowsOf(d);
      const model = modelOf(m);
      seal();
      const tile = D * 8;
      const expected = f64s(5 * tile);
      const z = f64s(D * 8);
      for (let t = 0; t < 5; ++t) whiten(d.x + (<usize>(t * tile) << 3), m.factor, expected + (<usize>(t * tile) << 3), z, D, 8);
      for (let first = 0; first <= 5; ++first) {
        for (let last = first; last <= 5; ++last) {
          const y = f64s(5 * tile);
          whitenTiles(rows, model, first, last, y, z);
          const name = where(first.toString() + " to " + last.toString(), TIED, D, 1, 37, 8);
          const from = <usize>(first * tile) << 3;
          const end = <usize>(last * tile) << 3;
          expect(firstDifference(y + from, expected + from, (last - first) * tile)).toBe(-1, name);
          expect(isFresh(y, from)).toBe(true, name);
          expect(isFresh(y + end, (<usize>(5 * tile) << 3) - end)).toBe(true, name);
          expect(damaged()).toBe(0, name);
        }
      }
    }
  });
});
