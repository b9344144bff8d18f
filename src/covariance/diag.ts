// Variances along the axes, of each component: [K, D].
import { TYPE_CODE } from "../engine/kernels.ts";
import type { Form } from "./form.ts";

export const DIAG: Form = {
  name: "diag",
  code: TYPE_CODE.diag,
  isShared: false,
  isDense: false,
  isIsotropic: false,
  blockShape: (D) => [D],
  at: (i, j) => (i === j ? i : -1),
  ofVariances: (variances) => variances.slice(),
  outer: (z) => z.map((value) => value * value),
  marginal: (block, columns) => Float64Array.from(columns, (column) => block[column]),
};
