// How often a row of one component is more likely to be taken for another's.

import { withArena } from "../engine/arena.ts";
import type { Kernels } from "../engine/kernels.ts";
import { cosineSine, eigenOf } from "./ellipsoid.ts";
import { logOf } from "./elementary.ts";
import { difference, type FactoredNormal, multiply, relativeRoot, squared } from "./normals.ts";

/** Standard deviations beyond which a tail is 0 in 64 bits. */
const FAR = 40;

/** P(a t² + 2 b t + c < 0), t standard normal: between the roots, or outside them. ½ if it is 0 everywhere; never NaN. */
function quadraticProbability(kernels: Kernels, a: number, b: number, c: number): number {
  if (!(c < Infinity)) return 0;
  if (c === -Infinity) return 1;
  // the roots depend on the ratios only: to one scale, so that nothing overflows
  const scale = Math.max(Math.abs(a), Math.abs(b), Math.abs(c));
  if (scale === 0) return 0.5;
  const [A, B, C] = [a / scale, b / scale, c / scale];
  const discriminant = B * B - A * C;
  if (!(discriminant > 0)) return A < 0 || C < 0 ? 1 : 0;
  const q = B < 0 ? Math.sqrt(discriminant) - B : -Math.sqrt(discriminant) - B;
  const low = Math.min(q / A, C / q);
  const high = Math.max(q / A, C / q);
  // Φ(x), right to 5e-16 of itself in the lower tail (docs/decisions/0011-normal-tails.md)
  const below = (x: number): number => (x < -FAR ? 0 : x > FAR ? 1 : kernels.normalTail(-x));
  if (A < 0) return below(low) + below(-high);
  return low > 0 ? below(-low) - below(-high) : below(high) - below(low);
}

/** Two normals on the axes that both share: a is standard there, b has means n and precisions γ. */
interface Shared {
  /** [D]: γ, the variances of a in units of b's. */
  readonly ratios: Float64Array;
  /** [D]: n², the squared distances of the means in b's standard deviations. */
  readonly squares: Float64Array;
  /** A row is taken for b's where d_b² - d_a² is below this, d the Mahalanobis distances. */
  readonly limit: number;
}

/**
 * ω_b|a = P(w_a N_a(x) < w_b N_b(x)), x drawn from a (Maitra & Melnykov 2010), and ω_a|b: the chances that a row of one
 * component is taken for one of the other, were there only these two. In closed form for equal covariances and in one
 * dimension, else by {@link contourIntegrals}.
 */
export function misclassifications(a: FactoredNormal, b: FactoredNormal): readonly [number, number] {
  const limit = 2 * (logOf(b.weight) - logOf(a.weight)) + a.logDet - b.logDet;
  if (!Number.isFinite(limit)) return [limit > 0 ? 1 : 0, limit < 0 ? 1 : 0];
  const offset = multiply(b.inverse, difference(a.mean, b.mean));
  return withArena(({ kernels }) => {
    if (a.covariance.every((value, i) => value === b.covariance[i])) {
      const d = Math.sqrt(squared(offset));
      return [quadraticProbability(kernels, 0, d, d * d - limit), quadraticProbability(kernels, 0, d, d * d + limit)];
    }
    if (offset.length === 1) {
      const [n, s, back] = [offset[0], b.inverse[0] * a.root[0], a.inverse[0] * b.root[0]];
      // seen from b, a has the mean n / s
      const m = n * back;
      return [
        quadraticProbability(kernels, s * s - 1, n * s, n * n - limit),
        quadraticProbability(kernels, back * back - 1, m * back, m * m + limit),
      ];
    }
    return contourIntegrals(kernels, { ...axesOf(relativeRoot(b, a), offset), limit }, logOf(b.weight) - logOf(a.weight));
  });
}

/** The eigenvalues of R R', and the squared coordinates of a vector along its eigenvectors. */
function axesOf(root: Float64Array, offset: Float64Array): Pick<Shared, "ratios" | "squares"> {
  const D = offset.length;
  if (root.length === D) return { ratios: root.map((r) => r * r), squares: offset.map((n) => n * n) };
  const { values, vectors } = eigenOf(
    root.map((_, at) => {
      const [i, j] = [Math.floor(at / D) * D, (at % D) * D];
      let sum = 0;
      for (let d = 0; d < D; d++) sum += root[i + d] * root[j + d];
      return sum;
    }),
    D,
  );
  return { ratios: values, squares: multiply(vectors, offset).map((n) => n * n) };
}

/** Nodes above 0, and weights, of Gauss-Legendre quadrature with ten nodes. */
const NODES = [0.1488743389816312, 0.4333953941292472, 0.6794095682990244, 0.8650633666889845, 0.9739065285171717];
const WEIGHTS = [0.2955242247147529, 0.2692667193099963, 0.219086362515982, 0.1494513491505806, 0.0666713443086881];
/** Parts of a path, at most: some 10 to 60 are used. */
const MOST_PARTS = 1000;
/** What is left of an integrand when the path ends, relative. */
const REST = 1e-17;
/** An exponent below which all is 0 in 64 bits. */
const NOTHING = -800;

/**
 * Both probabilities, from the moment generating function of the difference of the squared distances,
 *
 *   M(p) = ∫ (w_a N_a)^(1-p) (w_b N_b)^p / w_a = exp(p c / 2 - ½ Σ n² p (1-p) / r) / Π sqrt(r), r = 1 - p + p γ:
 *
 * ω_b|a = 1/2πi ∫ M(p) / p dp and ω_a|b = w_a / w_b 1/2πi ∫ M(p) / (1 - p) dp, upwards between 0 and 1. The path starts at the saddle
 * M(p) / p / (1-p) and goes down as steeply as it can while it rises (all singularities lie on the real axis), so that
 * nothing large cancels and small probabilities come out as exact, relative to themselves, as large ones.
 */
function contourIntegrals(kernels: Kernels, shared: Shared, logOdds: number): readonly [number, number] {
  const [p0, q0] = saddleOf(shared);
  const top = logAt(kernels, shared, p0, q0);
  if (top < NOTHING && top - logOdds < NOTHING) return [0, 0];
  const sums = [0, 0];
  let [x, w, y] = [p0, q0, 0];
  for (let part = 0; part < MOST_PARTS; part++) {
    const [dx, dy] = stepFrom(shared, x, w, y);
    let rest = 0;
    for (let node = 0; node < 2 * NODES.length; node++) {
      const i = node >> 1;
      const t = 0.5 + (node % 2 === 0 ? -NODES[i] : NODES[i]) / 2;
      const at = [x + t * dx, w - t * dx, y + t * dy] as const;
      const [re, im] = ratioAt(kernels, shared, p0, q0, top, ...at);
      const size = Math.hypot(re,im);
      // over p, and over q = 1 - p
      for (const [side, real, imaginary] of [[0, at[0], at[2]], [1, at[1], -at[2]]] as const) {
        const norm = real * real + imaginary * imaginary;
        const [u, v] = [(re * real + im * imaginary) / norm, (im * real - re * imaginary) / norm];
        sums[side] += (WEIGHTS[i] / 2) * (u * dy + v * dx);
        rest = Math.max(rest, (size * at[2]) / Math.sqrt(norm) / Math.abs(sums[side]));
      }
    }
    x += dx;
    w -= dx;
    y += dy;
    if (rest < REST) break;
  }
  return [0,1].map(side => Math.max(0, Math.min(1, (sums[side] / Math.PI) * kernels.exp(top - side * logOdds)))) as unknown as readonly [number, number];
}

/** Where M(p) / p / (1 - p) is least between 0 and 1, roughly: p and 1 - p, each exact where it is small. */
function saddleOf({ ratios, squares, limit }: Shared): [number, number] {
  let [low, high] = [1e-150, 1e150];
  for (let i = 0; i < 30; i++) {
    const odds = Math.sqrt(low) * Math.sqrt(high);
    const [p, q] = [odds / (1 + odds), 1 / (1 + odds)];
    let slope = limit / 2 - 1 / p + 1 / q;
    for (let d = 0; d < ratios.length; d++) {
      const r = q + p * ratios[d];
      slope -= ((ratios[d] - 1) / r + squares[d] * ((q / r) * (q / r) - ((ratios[d] * p) / r) * (p / r))) / 2;
    }
    if (slope < 0) low = odds;
    else high = odds;
  }
  const odds = Math.sqrt(low) * Math.sqrt(high);
  return [odds / (1 + odds), 1 / (1 + odds)];
}

/** log M on the real axis. */
function logAt(kernels: Kernels, { ratios, squares, limit }: Shared, p: number, q: number): number {
  let sum = p * limit;
  for (let d = 0; d < ratios.length; d++) {
    const r = q + p * ratios[d];
    sum -= squares[d] * q * (p / r) + kernels.log(r);
  }
  return sum / 2;
}

/** M at p = x + iy, 1 - p = w - iy, over M at the saddle. */
function ratioAt(
  kernels: Kernels,
  { ratios, squares, limit }: Shared,
  p0: number,
  q0: number,
  top: number,
  x: number,
  w: number,
  y: number,
): readonly [number, number] {
  // p (1 - p)
  const [g, h] = [x * w + y * y, y * (w - x)];
  let [e, f] = [x * limit, y * limit];
  let [re, im] = [1, 0];
  for (let d = 0; d < ratios.length; d++) {
    const [r, s] = [w + x * ratios[d], y * (ratios[d] - 1)];
    const scale = Math.max(Math.abs(r), Math.abs(s));
    const [a, b] = [r / scale, s / scale];
    const norm = (a * a + b * b) * scale;
    // 1 / r
    const [u, v] = [a / norm, -b / norm];
    e -= squares[d] * (g * u - h * v);
    f -= squares[d] * (g * v + h * u);
    const size = Math.sqrt((a * a + b * b)) / norm;
    const root = Math.sqrt((size + Math.abs(u)) / 2);
    const other = root === 0 ? 0 : v / 2 / root;
    const r0 = Math.sqrt(q0 + p0 * ratios[d]);
    const [c, t] = u >= 0 ? [root * r0, other * r0] : [Math.abs(other) * r0, v < 0 ? -root * r0 : root * r0];
    [re, im] = [re * c - im * t, re * t + im * c];
  }
  const turn = f / 2;
  const turns = Math.round(turn / (2 * Math.PI));
  const [cosine, sine] = cosineSine(turn - turns * 6.283185307179586 - turns * 2.4492935982947064e-16);
  let log0 = p0 * limit;
  for (let d = 0; d < ratios.length; d++) log0 -= squares[d] * q0 * (p0 / (q0 + p0 * ratios[d]));
  const size = kernels.exp((e - log0) / 2);
  return [size * (re * cosine - im * sine), size * (re * sine + im * cosine)];
}

/** The next part of the path: down as steeply as it can, short of any singularity and of much change. */
function stepFrom({ ratios, squares, limit }: Shared, x: number, w: number, y: number): readonly [number, number] {
  const inverse = (a: number, b: number): readonly [number, number] => {
    const scale = Math.max(Math.abs(a), Math.abs(b));
    const norm = (a / scale) * a + (b / scale) * b;
    return [a / scale / norm, -b / scale / norm];
  };
  const [pu, pv] = inverse(x, y);
  const [qu, qv] = inverse(w, -y);
  let near = Math.min(Math.hypot(x, y), Math.hypot(w, y));
  // first and second derivative of the logarithm
  let [a, b] = [limit / 2 - pu + qu, qv - pv];
  let [c, e] = [pu * pu - pv * pv + qu * qu - qv * qv, 2 * pu * pv + 2 * qu * qv];
  for (let d = 0; d < ratios.length; d++) {
    const slope = ratios[d] - 1;
    const [u, v] = inverse(w + x * ratios[d], y * slope);
    if (slope !== 0) near = Math.min(near, 1 / Math.hypot(u, v) / Math.abs(slope));
    // (q² - p² γ) / r² = (1/γ' ...)
    const [pr, pi] = [x * u - y * v, x * v + y * u];
    const [qr, qi] = [w * u + y * v, w * v - y * u];
    a -= (slope * u + squares[d] * (qr * qr - qi * qi - ratios[d] * (pr * pr - pi * pi))) / 2;
    b -= (slope * v + squares[d] * (2 * qr * qi - ratios[d] * 2 * pr * pi)) / 2;
    // d/dp of it: -2 γ / r³
    const [s, t] = [u * u - v * v, 2 * u * v];
    c += (slope * slope * s) / 2 + squares[d] * ratios[d] * (s * u - t * v);
    e += (slope * slope * t) / 2 + squares[d] * ratios[d] * (s * v + t * u);
  }
  const steep = Math.hypot(a, b);
  const length = Math.min(near / 2, 2 / steep, 1.5 / Math.sqrt(Math.hypot(c, e)));
  const up = y === 0 ? 1 : Math.max(0.5, b / steep);
  const across = Math.sqrt(Math.max(0, 1 - up * up));
  return [a > 0 ? -across * length : across * length, up * length];
}
