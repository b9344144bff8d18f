// The state of the page as the part of its address after #, so that a link shows another person the same.
import type { CovarianceType } from "gaussmix";
import { PRESETS } from "./presets.ts";
import type { Show } from "./shade.ts";

export const TYPES: readonly CovarianceType[] = ["full", "tied", "diag", "spherical"];
export const SHOWS: readonly Show[] = ["mix", "label", "doubt"];
/** The most components that the page offers. */
export const MOST_COMPONENTS = 20;
/** Points of one's own that an address has room for. */
export const MOST_POINTS = 150;

/** What an address says; what it does not say is undefined. */
export interface Address {
  readonly preset?: string;
  /** Points of one's own: x and y by turns. */
  readonly points?: readonly number[];
  readonly k?: number;
  readonly type?: CovarianceType;
  readonly auto?: boolean;
  readonly seed?: number;
  readonly show?: Show;
  readonly columns?: readonly string[];
  readonly x?: string;
  readonly y?: string;
  /** The share of rows that count as anomalies. */
  readonly anomalies?: number;
  readonly regression?: boolean;
}

/** An address as text; it does not begin with #. */
export function hashOf(address: Address): string {
  const parts = new URLSearchParams();
  const put = (name: string, value: string | number | undefined): void => {
    if (value !== undefined) parts.set(name, String(value));
  };
  put("data", address.points === undefined ? address.preset : undefined);
  put("points", address.points?.map((value) => Number(value.toPrecision(4))).join("_"));
  put("k", address.k);
  put("type", address.type);
  put("choose", address.auto ? 1 : undefined);
  put("seed", address.seed);
  put("show", address.show === "mix" ? undefined : address.show);
  for (const name of address.columns ?? []) parts.append("column", name);
  put("x", address.x);
  put("y", address.y);
  put("anomalies", address.anomalies);
  put("regression", address.regression ? 1 : undefined);
  return parts.toString();
}

/** What a text says; whatever in it makes no sense is passed over. */
export function addressOf(hash: string): Address {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const points = pointsIn(parts.get("points"));
  const found: { -readonly [Key in keyof Address]: Address[Key] | undefined } = {
    preset: oneOf(
      parts.get("data"),
      PRESETS.map(({ name }) => name),
    ),
    points,
    k: integerIn(parts.get("k"), 1, MOST_COMPONENTS),
    type: oneOf(parts.get("type"), TYPES),
    auto: parts.get("choose") === "1" ? true : undefined,
    seed: integerIn(parts.get("seed"), 0, 1e9),
    show: oneOf(parts.get("show"), SHOWS),
    columns: parts.has("column") ? parts.getAll("column").slice(0, 100) : undefined,
    x: parts.get("x") ?? undefined,
    y: parts.get("y") ?? undefined,
    anomalies: shareIn(parts.get("anomalies")),
    regression: parts.get("regression") === "1" ? true : undefined,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

function oneOf<T extends string>(text: string | null, known: readonly T[]): T | undefined {
  return known.find((value) => value === text);
}

function integerIn(text: string | null, low: number, high: number): number | undefined {
  if (text === null || !/^\d{1,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= low && value <= high ? value : undefined;
}

function shareIn(text: string | null): number | undefined {
  const value = Number(text ?? Number.NaN);
  return value > 0 && value < 1 ? value : undefined;
}

function pointsIn(text: string | null): number[] | undefined {
  if (text === null || text === "") return undefined;
  const numbers = text.split("_").map(Number);
  const isWhole = numbers.length % 2 === 0 && numbers.length <= 2 * MOST_POINTS;
  return isWhole && numbers.every((value) => Number.isFinite(value)) ? numbers : undefined;
}
