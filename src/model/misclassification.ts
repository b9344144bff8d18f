// How often a row of one component is more likely to be taken for another's.

import { withArena } from "../engine/arena.ts";
import type { Kernels } from "../engine/kernels.ts";
import { logOf } from "./elementary.ts";
import { cosineSine, eigenOf } from "./ellipsoid.ts";
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
    return contourIntegrals(
      kernels,
      { ...axesOf(relativeRoot(b, a), offset), limit },
      logOf(b.weight) - logOf(a.weight),
    );
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
/** Parts of a path, at most: 15 to 25 are used as a rule, and some 100 where the integrand falls as p⁻² only. */
const MOST_PARTS = 2000;
/** What is left of the integrals where the path ends, relative. */
const REST = 1e-17;
/** An exponent below which all is 0 in 64 bits. */
const NOTHING = -800;
/** 2π, in two parts. */
const TURN = 6.283185307179586;
const TURN_REST = 2.4492935982947064e-16;

/**
 * Both probabilities, from the moment generating function of the difference of the squared distances, whose logarithm is
 *
 *   K(p) = log ∫ (w_a N_a)^(1-p) (w_b N_b)^p - log w_a = ½ (p limit - Σ (log r + n² p (1-p) / r)), r = 1 - p + p γ:
 *
 * ω_b|a = 1/2πi ∫ exp K(p) / p dp and ω_a|b = w_a / w_b 1/2πi ∫ exp K(p) / (1-p) dp, upwards between 0 and 1 (Imhof 1961
 * goes along p = 0, around the pole). The path starts near the saddle of exp K(p) / p / (1-p) and goes down as steeply as
 * it can while it rises, as all singularities lie on the real axis. So nothing large cancels: where K itself has a
 * saddle between 0 and 1, small probabilities are as exact, relative to themselves, as large ones; where it has none,
 * one of them is near 1, and the other is exact to 1e-15. Each part of the path is short beside its distance from the
 * singularities and beside the changes of K, and has ten nodes.
 */
function contourIntegrals(kernels: Kernels, shared: Shared, logOdds: number): readonly [number, number] {
  const { limit, ratios, squares } = shared;
  // where the difference of the squared distances ends, if it ends on one side; an axis that is the same for both is none
  const end = -squares.reduce((sum, square, d) => sum + (square === 0 ? 0 : square / (ratios[d] - 1)), 0);
  const allBeyond = (sign: number): boolean =>
    ratios.every((ratio, d) => sign * (ratio - 1) > 0 || (ratio === 1 && squares[d] === 0));
  if (limit <= end && allBeyond(1)) return [0, 1];
  if (limit >= end && allBeyond(-1)) return [1, 0];
  const saddle = saddleOf(kernels, shared);
  const { p, q, top } = saddle;
  if (Math.max(top, top - logOdds) < NOTHING) return [0, 0];
  let [there, back] = [0, 0];
  let [x, y] = [0, 0];
  const value = new Float64Array(2);
  for (let part = 0, rest = 1; part < MOST_PARTS && !(rest < REST); part++) {
    const [dx, dy] = stepFrom(saddle, x, y);
    rest = 0;
    for (let i = 0; i < 10; i++) {
      const t = 0.5 + (i < 5 ? NODES[i] : -NODES[i - 5]) / 2;
      const weight = WEIGHTS[i % 5] / 2;
      const [across, up] = [x + t * dx, y + t * dy];
      integrandAt(kernels, saddle, across, up, value);
      const [re, im] = value;
      // p = u + i up, 1 - p = s - i up
      const [u, s] = [p + across, q - across];
      const [a, b] = [u * u + up * up, s * s + up * up];
      there += (weight * ((re * u + im * up) * dy + (im * u - re * up) * dx)) / a;
      back += (weight * ((re * s - im * up) * dy + (im * s + re * up) * dx)) / b;
      const left = up * modulus(re, im);
      rest = Math.max(rest, left / Math.sqrt(a) / Math.abs(there), left / Math.sqrt(b) / Math.abs(back));
    }
    x += dx;
    y += dy;
  }
  const share = (sum: number, log: number): number => Math.max(0, Math.min(1, (sum / Math.PI) * kernels.exp(log)));
  return [share(there, top), share(back, top - logOdds)];
}

/**
 * A place on the real axis, and what K is about it: with δ = p - here, twice K rises by
 * limit δ - Σ (log (1 + κ δ) + m δ (h - δ) / (1 + κ δ)).
 */
interface Saddle {
  readonly p: number;
  /** 1 - p, exact where it is small. */
  readonly q: number;
  /** K. */
  readonly top: number;
  readonly limit: number;
  /** [D] each: κ, m and h. */
  readonly kappa: Float64Array;
  readonly m: Float64Array;
  readonly h: Float64Array;
}

/** Where exp K(p) / p / (1-p) is least between 0 and 1, roughly. */
function saddleOf(kernels: Kernels, { ratios, squares, limit }: Shared): Saddle {
  const slopeAt = (p: number, q: number): number =>
    ratios.reduce(
      (sum, ratio, d) => {
        const r = q + p * ratio;
        return sum - ((ratio - 1) / r + squares[d] * ((q / r) * (q / r) - ((ratio * p) / r) * (p / r))) / 2;
      },
      limit / 2 - 1 / p + 1 / q,
    );
  // by halving the logarithm of p / q
  let [low, odds, high] = [1e-150, 1, 1e150];
  for (let halving = 0; halving < 20; halving++) {
    if (slopeAt(odds / (1 + odds), 1 / (1 + odds)) < 0) low = odds;
    else high = odds;
    odds = Math.sqrt(low) * Math.sqrt(high);
  }
  const [p, q] = [odds / (1 + odds), 1 / (1 + odds)];
  const r = ratios.map((ratio) => q + p * ratio);
  const kappa = ratios.map((ratio, d) => (ratio - 1) / r[d]);
  const m = squares.map((square, d) => square / r[d]);
  const top = r.reduce((sum, value, d) => sum - (kernels.log(value) + m[d] * p * q) / 2, (p * limit) / 2);
  return { p, q, top, limit, kappa, m, h: kappa.map((value) => q - p - p * q * value) };
}

/** exp (K - top) at δ = x + iy: real and imaginary part. */
function integrandAt(kernels: Kernels, { limit, kappa, m, h }: Saddle, x: number, y: number, out: Float64Array): void {
  let [exponent, angle] = [x * limit, y * limit];
  let [re, im] = [1, 0];
  for (let d = 0; d < kappa.length; d++) {
    // 1 / (1 + κ δ) = u + iv; its arguments stay between -π and π
    const [a, b] = [1 + x * kappa[d], y * kappa[d]];
    const norm = a * a + b * b;
    const [u, v] = [a / norm, -b / norm];
    const [f, g] = [x * (h[d] - x) + y * y, y * (h[d] - 2 * x)];
    exponent -= m[d] * (f * u - g * v);
    angle -= m[d] * (f * v + g * u);
    // its square root
    const most = Math.sqrt((1 / Math.sqrt(norm) + Math.abs(u)) / 2);
    const least = most > 0 ? v / 2 / most : 0;
    const [c, s] = u < 0 ? [Math.abs(least), v < 0 ? -most : most] : [most, least];
    [re, im] = [re * c - im * s, re * s + im * c];
  }
  const turns = Math.round(angle / 2 / TURN);
  const [cosine, sine] = cosineSine(angle / 2 - turns * TURN - turns * TURN_REST);
  const size = kernels.exp(exponent / 2);
  out[0] = size * (re * cosine - im * sine);
  out[1] = size * (re * sine + im * cosine);
}

/** The part of the path that begins at δ = x + iy. */
function stepFrom({ p, q, limit, kappa, m, h }: Saddle, x: number, y: number): readonly [number, number] {
  const [toP, toQ] = [modulus(p + x, y), modulus(q - x, y)];
  let near = Math.min(toP, toQ);
  // 1 / p and 1 / (1-p)
  const [a, b, c, e] = [(p + x) / toP / toP, -y / toP / toP, (q - x) / toQ / toQ, y / toQ / toQ];
  // the first and the second derivative of K - log p - log (1-p)
  let [first, turn] = [limit / 2 - a + c, e - b];
  let [second, bend] = [a * a - b * b + c * c - e * e, 2 * (a * b + c * e)];
  for (let d = 0; d < kappa.length; d++) {
    const [k, f, g] = [kappa[d], 1 + x * kappa[d], y * kappa[d]];
    const norm = f * f + g * g;
    if (k !== 0) near = Math.min(near, Math.sqrt(norm) / Math.abs(k));
    // 1 / (1 + κ δ), its square, and h - 2 δ - κ δ²
    const [u, v] = [f / norm, -g / norm];
    const [s, t] = [u * u - v * v, 2 * u * v];
    const [i, j] = [h[d] - 2 * x - k * (x * x - y * y), -2 * y - 2 * k * x * y];
    first -= (k * u + m[d] * (i * s - j * t)) / 2;
    turn -= (k * v + m[d] * (i * t + j * s)) / 2;
    const cube = m[d] * (1 + h[d] * k);
    second += (k * k * s) / 2 + cube * (s * u - t * v);
    bend += (k * k * t) / 2 + cube * (s * v + t * u);
  }
  const steep = modulus(first, turn);
  const length = Math.min(near / 1.75, 2.5 / steep, 1.75 / Math.sqrt(modulus(second, bend)));
  const rise = y === 0 ? 1 : Math.max(0.5, turn / steep);
  const aside = Math.sqrt(Math.max(0, 1 - rise * rise)) * length;
  return [first > 0 ? -aside : aside, rise * length];
}

function modulus(re: number, im: number): number {
  return Math.sqrt(re * re + im * im);
}
