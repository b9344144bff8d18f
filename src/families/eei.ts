import { DIAG } from "../covariance/diag.ts";
import { blockOf } from "../covariance/forms.ts";
import type { Family } from "./family.ts";

/**
 * One diagonal covariance for all components: equal volumes, equal shapes, along the axes. Its maximum is the mean of the
 * components' own variances, weighted by their rows (Celeux & Govaert 1995, Pattern Recogn. 28:781, section 3.3.2).
 */
export const EEI: Family = {
  name: "EEI",
  form: DIAG,
  isAffine: true,
  constrained(covariances, { K, D, divisors }) {
    const total = divisors.reduce((sum, divisor) => sum + divisor, 0);
    // as what the others differ by from the first: those that are alike stay as they are, to the bit
    const first = blockOf(DIAG, covariances, K, 0);
    const common = first.slice();
    for (let k = 1; k < K; k++) {
      const own = blockOf(DIAG, covariances, K, k);
      for (let d = 0; d < D; d++) common[d] += (divisors[k] / total) * (own[d] - first[d]);
    }
    return covariances.map((_, i) => common[i % D]);
  },
};
