export interface Rows {
  readonly data: Float64Array;
  readonly shape: readonly [number, number];
}

export interface Case {
  readonly name: string;
  readonly rows: Rows;
  readonly K: number;
  readonly covarianceType: "full" | "tied" | "diag" | "spherical";
}

export function allCases(): Case[];
export function titleOf(which: Pick<Case, "name" | "K" | "covarianceType">): string;
