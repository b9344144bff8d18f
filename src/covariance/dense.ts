// Covariances as matrices: of each component, or one of all.
import { TYPE_CODE } from "../engine/kernels.ts";
import type { Form } from "./form.ts";

const dense: Omit<Form, "name" | "code" | "isShared"> = {
  isDense: true,
  isIsotropic: false,
  blockShape: (D) => [D, D],
  at: (i, j, D) => i * D + j,
  ofVariances(variances) {
    const D = variances.length;
    const block = new Float64Array(D * D);
    variances.forEach((variance, d) => {
      block[d * (D + 1)] = variance;
    });
    return block;
  },
  outer(z) {
    const D = z.length;
    return Float64Array.from({ length: D * D }, (_, i) => z[Math.floor(i / D)] * z[i % D]);
  },
  marginal: (block, columns, D) => Float64Array.from(columns.flatMap((i) => columns.map((j) => block[i * D + j]))),
};

/** [K, D, D]. */
export const FULL: Form = { ...dense, name: "full", code: TYPE_CODE.full, isShared: false };
/** [D, D]. */
export const TIED: Form = { ...dense, name: "tied", code: TYPE_CODE.tied, isShared: true };
