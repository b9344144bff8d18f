// In one column full, diagonal and spherical covariances are one number each: the same models, and the same fit.

import { FULL } from "../../covariance/dense.ts";
import { formOf } from "../../covariance/forms.ts";
import { covariancesOf } from "../../covariance/given.ts";
import type { Matrix } from "../../input/matrix.ts";
import type { FitSettings } from "../../input/options.ts";
import type { Fitted } from "./fit.ts";

/** The settings to fit by: with one column those for full covariances, but where they are tied. */
export function settingsInside({ nColumns }: Pick<Matrix, "nColumns">, settings: FitSettings): FitSettings {
  const { covarianceType, init, nComponents } = settings;
  if (nColumns > 1 || formOf(settings).isDense) return settings;
  const covariances =
    init.kind === "parameters" && init.covariances !== undefined
      ? covariancesOf(init.covariances, covarianceType, nComponents, 1, "init.covariances")
      : undefined;
  return { ...settings, covarianceType: FULL.name, init: covariances ? { ...init, covariances } : init } as FitSettings;
}

/** What was found by {@link settingsInside}, as the caller's settings name it; its factors are made anew, in the form of that name. */
export function asAsked(fitted: Fitted, { covarianceType }: Pick<FitSettings, "covarianceType">): Fitted {
  if (fitted.parameters.covarianceType === covarianceType) return fitted;
  return { ...fitted, parameters: { ...fitted.parameters, covarianceType }, model: undefined };
}
