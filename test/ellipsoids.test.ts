// Ellipses and ellipsoids: their mass, their axes, their polygons.
import { describe, expect, test } from "vitest";
import { ellipse, ellipsoid, GaussianMixture, marginal } from "../src/index.ts";
import { chiSquaredBeyond } from "../src/model/chi-squared.ts";
import { angleOf, cosineSine, eigenOf } from "../src/model/ellipsoid.ts";
import { fixture } from "./support/datasets.ts";
import { any, expectError } from "./support/errors.ts";
import { normals, randomMixture, TYPES, uniforms } from "./support/problems.ts";

const { chiSquared } = JSON.parse(fixture("distributions.json")) as {
  readonly chiSquared: readonly (readonly [D: number, level: number, q: number])[];
};

function standard(D: number): GaussianMixture {
  const means = [Array<number>(D).fill(0)];
  return GaussianMixture.fromParameters({ weights: [1], means, covariances: [1], covarianceType: "spherical" });
}

describe("an ellipsoid", () => {
  test("has the radius of chi-squared's quantile in 60 digits", () => {
    for (const [D, level, q] of chiSquared) {
      const mass = 1 - level;
      // what the rounding of 1 - level moves q by: 2 d level / level in the tail, 2 q / D d level / (1 - level) near 0
      const bound = 1e-13 + (2 * Number.EPSILON) / Math.min(level, mass);
      const square = D < 20 ? ellipsoid(standard(D), 0, { mass }).radius ** 2 : chiSquaredBeyond(level, D);
      expect(Math.abs(square / q - 1), `D = ${D}, level ${level}`).toBeLessThan(bound);
    }
  });

  test("has a radius in thousands of dimensions", () => {
    // Wilson & Hilferty 1931: q is about D (1 - 2 / (9 D) + z sqrt(2 / (9 D)))³; to 1e-5 for D > 1000
    for (const D of [1201, 1500, 2001, 5000]) {
      const v = 2 / (9 * D);
      expect(chiSquaredBeyond(0.05, D) / (D * (1 - v + 1.6448536269514722 * Math.sqrt(v)) ** 3)).toBeCloseTo(1, 5);
    }
  });

  test("holds its mass: a million rows", () => {
    const n = 1_000_000;
    for (const [D, mass] of [
      [1, 0.5],
      [2, 0.95],
      [3, 0.9],
      [5, 0.99],
    ]) {
      const mixture = randomMixture({ D, K: 1, type: "full", seed: D });
      const { centre, axes, directions } = ellipsoid(mixture, 0, { mass });
      const { data } = mixture.sample(n, { seed: 2 });
      let inside = 0;
      for (let row = 0; row < n; row++) {
        let square = 0;
        for (let a = 0; a < D; a++) {
          let along = 0;
          for (let d = 0; d < D; d++) along += (data[row * D + d] - centre[d]) * directions[a * D + d];
          square += (along / axes[a]) ** 2;
        }
        if (square <= 1) inside++;
      }
      expect(Math.abs(inside / n - mass), `D = ${D}`).toBeLessThan(4 * Math.sqrt((mass * (1 - mass)) / n));
    }
  });

  test("has axes along the eigenvectors, the longest first, for every type", () => {
    for (const type of TYPES) {
      const mixture = randomMixture({ D: 4, K: 3, type, seed: 9 });
      for (let k = 0; k < 3; k++) {
        const { axes, directions, radius, centre } = ellipsoid(mixture, k);
        expect([...centre]).toEqual([...mixture.means.subarray(4 * k, 4 * k + 4)]);
        for (let a = 0; a < 4; a++) {
          if (a > 0) expect(axes[a]).toBeLessThanOrEqual(axes[a - 1]);
          // the end of every axis lies on the surface
          const end = centre.map((c, d) => c + axes[a] * directions[4 * a + d]);
          expect(mixture.mahalanobis([end])[k]).toBeCloseTo(radius, 11);
        }
      }
    }
  });

  test("over some columns is that of the marginal", () => {
    const mixture = GaussianMixture.fromParameters({
      weights: [1],
      means: [[1, 2, 3]],
      covariances: [
        [
          [4, 1, 0],
          [1, 3, 0.5],
          [0, 0.5, 2],
        ],
      ],
      columns: ["a", "b", "c"],
    });
    const one = ellipsoid(mixture, 0, { columns: ["c", "a"] });
    expect(one).toEqual(ellipsoid(marginal(mixture, [2, 0]), 0));
    // without covariance the axes are the columns' own, the larger variance first
    expect([...one.directions]).toEqual([0, 1, 1, 0]);
    const { centre, axes } = ellipsoid(mixture, 0, { mass: 0.95, columns: ["b"] });
    expect(centre[0]).toBe(2);
    expect(axes[0]).toBeCloseTo(1.959963984540054 * Math.sqrt(3), 13);
  });
});

describe("an ellipse", () => {
  const mixture = randomMixture({ D: 2, K: 3, type: "full", seed: 21 });

  test("has a polygon on it, from the end of the longer axis round in the direction of the angle", () => {
    for (const nPoints of [3, 4, 64, 101]) {
      for (let k = 0; k < 3; k++) {
        const { centre, axes, angle, polygon, radius } = ellipse(mixture, k, { mass: 0.8, nPoints });
        expect(polygon.length).toBe(2 * nPoints);
        const distances = mixture.mahalanobis({ data: polygon, shape: [nPoints, 2] });
        for (let i = 0; i < nPoints; i++) {
          expect(distances[3 * i + k]).toBeCloseTo(radius, 11);
          const turn = (2 * Math.PI * i) / nPoints;
          const [a, b] = [axes[0] * Math.cos(turn), axes[1] * Math.sin(turn)];
          expect(polygon[2 * i]).toBeCloseTo(centre[0] + a * Math.cos(angle) - b * Math.sin(angle), 12);
          expect(polygon[2 * i + 1]).toBeCloseTo(centre[1] + a * Math.sin(angle) + b * Math.cos(angle), 12);
        }
      }
    }
  });

  test("is the textbook's: radius² = -2 log(1 - mass), angle of the longer axis", () => {
    const tilted = (angle: number): number => {
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      const covariance = [
        [4 * c * c + s * s, 3 * c * s],
        [3 * c * s, 4 * s * s + c * c],
      ];
      const one = ellipse(
        GaussianMixture.fromParameters({ weights: [1], means: [[0, 0]], covariances: [covariance] }),
        0,
        { mass: 0.5 },
      );
      expect(one.radius ** 2).toBeCloseTo(-2 * Math.log(0.5), 13);
      expect(one.axes[0] / one.radius).toBeCloseTo(2, 12);
      expect(one.axes[1] / one.radius).toBeCloseTo(1, 12);
      return one.angle;
    };
    for (const angle of [0, 0.3, -1.2, 1.5, -1.5, Math.PI / 2 - 1e-9]) expect(tilted(angle)).toBeCloseTo(angle, 12);
    expect(Math.abs(tilted(Math.PI / 2))).toBeCloseTo(Math.PI / 2, 12);
  });

  test("of a sphere is a circle with angle 0", () => {
    const { axes, angle, directions } = ellipse(standard(2), 0);
    expect(axes[0]).toBe(axes[1]);
    expect(angle).toBe(0);
    expect([...directions]).toEqual([1, 0, 0, 1]);
  });

  test("of columns on scales 300 orders of magnitude apart has finite axes", () => {
    const covariances = [
      [
        [1e-150, 5e-1],
        [5e-1, 1e150],
      ],
    ];
    const wide = GaussianMixture.fromParameters({ weights: [1], means: [[0, 0]], covariances });
    const { axes, radius } = ellipse(wide, 0);
    expect(axes[0] / radius / 1e75).toBeCloseTo(1, 12);
    // the smaller eigenvalue is the determinant over the larger
    expect(axes[1] / radius / Math.sqrt(0.75e-150)).toBeCloseTo(1, 8);
  });
});

describe("the linear algebra and trigonometry beneath", () => {
  test("eigenvalues and eigenvectors put a matrix together again, for every size", () => {
    for (const D of [1, 2, 3, 4, 7, 20, 40]) {
      const normal = normals(D);
      const a = Array.from({ length: D }, () => Array.from({ length: D + 2 }, normal));
      const matrix = Float64Array.from({ length: D * D }, (_, e) =>
        a[Math.floor(e / D)].reduce((sum, v, m) => sum + v * a[e % D][m], 0),
      );
      const { values, vectors } = eigenOf(matrix.slice(), D);
      let worst = 0;
      for (let i = 0; i < D; i++) {
        for (let j = 0; j < D; j++) {
          let [again, product] = [0, i === j ? -1 : 0];
          for (let k = 0; k < D; k++) {
            again += values[k] * vectors[k * D + i] * vectors[k * D + j];
            product += vectors[i * D + k] * vectors[j * D + k];
          }
          worst = Math.max(worst, Math.abs(again - matrix[i * D + j]) / values[0], Math.abs(product));
        }
      }
      // a few sweeps of D rotations each touch every entry
      expect(worst).toBeLessThan(20 * D * Number.EPSILON);
    }
  });

  test("small eigenvalues of scaled matrices keep their digits", () => {
    // S H S with H = [[1, 1/2], [1/2, 1]]: the eigenvalues are 1e12 and 3/4, to first order
    const { values } = eigenOf(Float64Array.of(1e24, 0.5e12, 0.5e12, 1), 2);
    expect(values[0] / 1e24).toBeCloseTo(1, 14);
    expect(values[1]).toBeCloseTo(0.75, 14);
  });

  test("cosine, sine and their inverse are within 4e-16 of the engine's", () => {
    const random = uniforms(3);
    for (let i = 0; i < 2000; i++) {
      const angle = Math.PI * (2 * random() - 1);
      const [cosine, sine] = cosineSine(angle);
      expect(Math.abs(cosine - Math.cos(angle))).toBeLessThan(1e-15);
      expect(Math.abs(sine - Math.sin(angle))).toBeLessThan(1e-15);
      const half = angle / 2;
      expect(Math.abs(angleOf(Math.cos(half), Math.sin(half)) - half)).toBeLessThan(1e-15);
    }
    expect(cosineSine(0)).toEqual([1, 0]);
    expect(angleOf(1, 0)).toBe(0);
    expect(angleOf(0, 1)).toBeCloseTo(Math.PI / 2, 15);
  });
});

describe("bad input", () => {
  const mixture = randomMixture({ D: 3, K: 2, type: "full", seed: 1 });

  test("is refused with what was expected", async () => {
    await expectError(() => ellipsoid(mixture, 2), RangeError, /component: expected an integer from 0 to 1, got 2/);
    await expectError(() => ellipsoid(mixture, any("0")), TypeError, /component: .*got "0"/);
    await expectError(() => ellipsoid(mixture, 0, { mass: 0 }), RangeError, /mass: .*got 0/);
    await expectError(() => ellipsoid(mixture, 0, { columns: [4] }), RangeError, /columns: .*got 4/);
    await expectError(() => ellipsoid(any({}), 0), TypeError, /mixture: expected a Mixture/);
    await expectError(() => ellipse(mixture, 0), RangeError, /columns: expected two, got 3/);
    await expectError(() => ellipse(mixture, 0, { columns: [0, 1], nPoints: 2 }), RangeError, /nPoints: .*got 2/);
    await expectError(() => ellipse(mixture, 0, any({ points: 9 })), TypeError, /did you mean "nPoints"/);
  });
});
