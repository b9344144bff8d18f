export type Kind = "noise" | "groups" | "integers" | "copied" | "dependent";
export function wideRows(kind: Kind, N: number, D: number, seed?: number): Float64Array;
