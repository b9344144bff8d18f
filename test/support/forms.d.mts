import type { CovarianceType } from "../../src/index.ts";

/** A mixture or a start: what its covariances are read by. */
export interface Formed {
  readonly covarianceType: CovarianceType;
  readonly nFeatures: number;
  readonly covariances: ArrayLike<number>;
}

export declare const TYPES: readonly CovarianceType[];
export declare const MCLUST_NAMES: {
  readonly full: "VVV";
  readonly tied: "EEE";
  readonly diag: "VVI";
  readonly spherical: "VII";
};
export declare function typeOfMclust(name: string): CovarianceType;
export declare function covarianceIndex(mixture: Omit<Formed, "covariances">, k: number, i: number, j: number): number;
export declare function covarianceEntry(mixture: Formed, k: number, i: number, j: number): number;
export declare function covarianceOf(mixture: Formed, k: number): number[][];
