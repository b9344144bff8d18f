// In one column a covariance is one number, whatever its form: each component has its own, or all share one.
import type { Form } from "../../covariance/form.ts";
import { blockCount, blockOf, covarianceLength, formOf, narrower } from "../../covariance/forms.ts";
import { covariancesOf } from "../../covariance/given.ts";
import { EEE, VVV } from "../../families/classical.ts";
import { sharesCovariance } from "../../input/families.ts";
import type { Matrix } from "../../input/matrix.ts";
import type { FitSettings } from "../../input/options.ts";
import type { Fitted } from "./fit.ts";

/** The settings to fit by: with one column those for full covariances, or tied ones where all share one. */
export function settingsInside({ nColumns }: Pick<Matrix, "nColumns">, settings: FitSettings): FitSettings {
  const { covarianceType, family, init, nComponents: K } = settings;
  if (nColumns > 1 || formOf(settings).isDense) return settings;
  const inside = sharesCovariance(family) ? EEE : VVV;
  const covariances =
    init.kind === "parameters" && init.covariances !== undefined
      ? blocksInside(inside.form, covariancesOf(init.covariances, covarianceType, K, 1, "init.covariances"), K)
      : undefined;
  return {
    ...settings,
    ...{ covarianceType: inside.form.name, family: inside.name },
    init: covariances ? { ...init, covariances } : init,
  } as FitSettings;
}

/** The variances of K components in one column as the blocks of a form. */
export function blocksInside(form: Form, variances: Float64Array, K: number): Float64Array {
  return variances.slice(0, blockCount(form, K));
}

/** What was found by {@link settingsInside}, as the caller's settings name it; its factors are made anew, in the form of that name. */
export function asAsked(
  fitted: Fitted,
  { covarianceType, family }: Pick<FitSettings, "covarianceType" | "family">,
): Fitted {
  const { parameters } = fitted;
  const inside = formOf(parameters);
  const form = formOf({ covarianceType });
  if (inside === form) return fitted;
  const { nComponents: K, covariances } = parameters;
  const own = Float64Array.from(
    { length: covarianceLength(form, K, 1) },
    (_, k) => blockOf(inside, covariances, K, k)[0],
  );
  return {
    ...fitted,
    parameters: { ...parameters, covarianceType, ...narrower(form, family), covariances: own },
    model: undefined,
  };
}
