// The binary form: the same bits back, from anywhere in a buffer, and a clear error for whatever is damaged.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromBytes, GaussianMixture, toBytes } from "../src/index.ts";
import { expectError } from "./support/errors.ts";
import { sameParameters } from "./support/mixtures.ts";
import { randomMixture, runs, sizes, TYPES } from "./support/problems.ts";

function expectSame(copy: GaussianMixture, mixture: GaussianMixture): void {
  expect(sameParameters(copy, mixture)).toBe(true);
  expect(copy.covarianceType).toBe(mixture.covarianceType);
  expect(copy.columns).toEqual(mixture.columns);
  expect(copy.report).toBeUndefined();
}

describe("a mixture as bytes", () => {
  test("comes back to the last bit, whatever its shape", () => {
    fc.assert(
      fc.property(sizes(), (size) => {
        const mixture = randomMixture(size);
        expectSame(fromBytes(toBytes(mixture)), mixture);
      }),
      runs(60),
    );
  });

  test("keeps numbers and names that text would change", () => {
    const mixture = GaussianMixture.fromParameters({
      covarianceType: "diag",
      weights: [0, 1],
      means: [
        [-0, 5e-324, 1e300],
        [0.1 + 0.2, -Number.MAX_VALUE, 1 / 3],
      ],
      covariances: [
        [1e-300, 1, 1e300],
        [0.1, 0.2, 0.3],
      ],
      columns: ["", "\ufeffgrößer 🙂\n", "__proto__"],
    });
    expectSame(fromBytes(toBytes(mixture)), mixture);
  });

  test("lies as docs/binary.md says, least significant byte first", () => {
    const bytes = toBytes(
      GaussianMixture.fromParameters({
        covarianceType: "tied",
        weights: [0.25, 0.75],
        means: [
          [1, 2],
          [3, 4],
        ],
        covariances: [
          [5, 1],
          [1, 6],
        ],
        columns: ["x", "é"],
      }),
    );
    const view = new DataView(bytes.buffer);
    expect([...bytes.subarray(0, 24)]).toEqual([
      ...[0x89, 0x47, 0x4d, 0x58, 0x0d, 0x0a, 0x1a, 0x0a],
      ...[1, 0, 1, 0, 2, 0, 0, 0, 2, 0, 0, 0, 11, 0, 0, 0],
    ]);
    const numbers = Array.from({ length: 9 }, (_, i) => view.getFloat64(24 + 8 * i, true));
    expect(numbers).toEqual([0.25, 0.75, 1, 2, 3, 4, 5, 1, 6]);
    expect([...bytes.subarray(96, 107)]).toEqual([1, 0, 0, 0, 0x78, 2, 0, 0, 0, 0xc3, 0xa9]);
    expect(bytes).toHaveLength(111);
    // Python: hex(zlib.crc32(bytes[:-4]))
    expect(view.getUint32(107, true)).toBe(0xc8965ae1);
  });

  test("may lie anywhere, aligned or not, in a view or a buffer", () => {
    const mixture = randomMixture({ D: 3, K: 2, type: "full", seed: 1 });
    const bytes = toBytes(mixture);
    for (const offset of [0, 1, 4, 7]) {
      const buffer = new ArrayBuffer(bytes.length + 16);
      new Uint8Array(buffer, offset).set(bytes);
      const views = [
        new Uint8Array(buffer, offset, bytes.length),
        Buffer.from(buffer, offset, bytes.length),
        new DataView(buffer, offset, bytes.length) as unknown as Uint8Array,
        buffer.slice(offset, offset + bytes.length),
      ];
      for (const view of views) expectSame(fromBytes(view), mixture);
    }
  });

  test("takes 8 bytes for each number, of a matrix one triangle, and 28 more", () => {
    const [K, D] = [5, 6];
    const covariances = { full: K * 21, tied: 21, diag: K * D, spherical: K };
    for (const type of TYPES) {
      expect(toBytes(randomMixture({ D, K, type, seed: 2 }))).toHaveLength(28 + 8 * (K + K * D + covariances[type]));
    }
  });
});

describe("fromBytes", () => {
  const bytes = toBytes(
    GaussianMixture.fromParameters({
      weights: [1],
      means: [[1, 2]],
      covariances: [
        [
          [2, 1],
          [1, 2],
        ],
      ],
      columns: ["a", "b"],
    }),
  );
  const changed = (change: (view: DataView, bytes: Uint8Array) => void): Uint8Array => {
    const copy = bytes.slice();
    change(new DataView(copy.buffer), copy);
    return copy;
  };

  test.each([
    ["a text", "model.bin", TypeError, /^bytes: expected a Uint8Array or an ArrayBuffer, got "model\.bin"/],
    ["null", null, TypeError, /^bytes: expected a Uint8Array or an ArrayBuffer, got null/],
    ["nothing", new Uint8Array(0), TypeError, /^bytes: expected a mixture as toBytes gives it, got 0 others/],
    [
      "the header's first half",
      bytes.subarray(0, 12),
      TypeError,
      /^bytes: expected a mixture as toBytes gives it, got 12/,
    ],
    ["JSON", new TextEncoder().encode('{"format":"gaussmix","version":1}'), TypeError, /^bytes: expected a mixture as/],
    ["line ends made others", changed((_, file) => file.set([0x0a], 4)), TypeError, /^bytes: expected a mixture as/],
    [
      "a later version",
      changed((view) => view.setUint16(8, 2, true)),
      RangeError,
      /^bytes: expected version 1, got 2; read it/,
    ],
    [
      "a type that is none",
      changed((view) => view.setUint16(10, 10, true)),
      RangeError,
      /^bytes: expected covariance type 2, got 10/,
    ],
    ["half a file", bytes.subarray(0, 40), RangeError, /^bytes: expected as many bytes as its header says, 86, got 40/],
    [
      "a byte more",
      new Uint8Array([...bytes, 0]),
      RangeError,
      /^bytes: expected as many bytes as its header says, 86, got 87/,
    ],
    [
      "a billion columns",
      changed((view) => view.setUint32(16, 1e9, true)),
      RangeError,
      /^bytes: expected as many bytes as its/,
    ],
    [
      "no columns",
      changed((view) => view.setUint32(16, 0, true)),
      RangeError,
      /^bytes: expected as many bytes as its header/,
    ],
    [
      "a bit turned over",
      changed((_, file) => file.set([file[50] ^ 4], 50)),
      RangeError,
      /^bytes: expected the checksum \d+, got \d+/,
    ],
  ] as const)("refuses %s", (_, given, kind, text) => expectError(() => fromBytes(given as Uint8Array), kind, text));

  test("refuses every file with one byte changed, and every part of a file", () => {
    for (let i = 0; i < bytes.length; i++) {
      expect(() => fromBytes(changed((_, file) => file.set([file[i] ^ (1 << (i % 8))], i)))).toThrow(
        /^bytes: expected/,
      );
      expect(() => fromBytes(bytes.subarray(0, i))).toThrow(/^bytes: expected/);
    }
  });
});

test("toBytes refuses what is no mixture, and names that UTF-8 cannot hold", async () => {
  await expectError(() => toBytes({} as GaussianMixture), TypeError, /^mixture: expected a Mixture, got/);
  const mixture = GaussianMixture.fromParameters({ weights: [1], means: [0], covariances: [[1]], columns: ["\ud83d"] });
  await expectError(() => toBytes(mixture), RangeError, /^columns: expected names that UTF-8 can hold, got/);
});
