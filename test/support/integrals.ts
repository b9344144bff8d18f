// Integrals over mixtures by plain sums, from the textbook formulas: what Monte Carlo and closed forms are held against.
import { choleskyOf, type PlainMixture } from "./reference.ts";

/** The log-density of a mixture at a point. */
export function logDensityAt({ weights, means, covariances }: PlainMixture): (x: readonly number[]) => number {
  const factors = covariances.map(choleskyOf);
  const constants = factors.map(
    (low, k) => Math.log(weights[k]) - low.reduce((sum, row, i) => sum + Math.log(row[i] * Math.sqrt(2 * Math.PI)), 0),
  );
  return (x) => {
    const terms = means.map((mean, k) => {
      const y: number[] = [];
      for (let i = 0; i < x.length; i++) {
        let rest = x[i] - mean[i];
        for (let m = 0; m < i; m++) rest -= factors[k][i][m] * y[m];
        y.push(rest / factors[k][i][i]);
      }
      return constants[k] - y.reduce((sum, v) => sum + v * v, 0) / 2;
    });
    const top = Math.max(...terms);
    return top + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - top), 0));
  };
}

/**
 * ∫ f dx over the box that holds all means with 9 standard deviations around them, by the trapezoidal rule with `steps` steps
 * along each of one or two axes. For smooth f that falls off like a normal, it is exact to rounding once a step is half of
 * the least standard deviation.
 */
export function integral(
  mixtures: readonly PlainMixture[],
  steps: number,
  f: (x: readonly number[]) => number,
): number {
  const D = mixtures[0].means[0].length;
  const axes = Array.from({ length: D }, (_, d) => {
    const ends = mixtures.flatMap(({ means, covariances }) =>
      means.flatMap((mean, k) => [-9, 9].map((side) => mean[d] + side * Math.sqrt(covariances[k][d][d]))),
    );
    const low = Math.min(...ends);
    const step = (Math.max(...ends) - low) / steps;
    return { step, points: Array.from({ length: steps + 1 }, (_s, i) => low + i * step) };
  });
  const cell = axes.reduce((product, { step }) => product * step, 1);
  let sum = 0;
  for (const x of axes[0].points) {
    if (D === 1) sum += f([x]);
    else for (const y of axes[1].points) sum += f([x, y]);
  }
  return sum * cell;
}
