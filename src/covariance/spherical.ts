// One variance for all columns, of each component: [K].
import { TYPE_CODE } from "../engine/kernels.ts";
import type { Form } from "./form.ts";

const mean = (values: Float64Array): Float64Array =>
  Float64Array.of(values.reduce((sum, value) => sum + value, 0) / values.length);

export const SPHERICAL: Form = {
  name: "spherical",
  code: TYPE_CODE.spherical,
  isShared: false,
  isDense: false,
  isIsotropic: true,
  blockShape: () => [],
  at: (i, j) => (i === j ? 0 : -1),
  ofVariances: mean,
  outer: (z) => mean(z.map((value) => value * value)),
  marginal: (block) => block,
};
