// From data to pixels and back, and the numbers along the axes.

/** A stretch of an axis: data from `low` to `high` lie from `start` to `end` in pixels. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly start: number;
  readonly end: number;
}

/** The part of a picture that shows data, in pixels of CSS. */
export interface View {
  readonly x: Scale;
  readonly y: Scale;
}

export function toPixel({ low, high, start, end }: Scale, value: number): number {
  return start + ((value - low) / (high - low)) * (end - start);
}

export function toValue({ low, high, start, end }: Scale, pixel: number): number {
  return low + ((pixel - start) / (end - start)) * (high - low);
}

/** The range of finite values with some room around it; from -5 to 5 where there are none. */
export function rangeOf(values: ArrayLike<number>, room = 0.06): readonly [low: number, high: number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value < low && value > Number.NEGATIVE_INFINITY) low = value;
    if (value > high && value < Number.POSITIVE_INFINITY) high = value;
  }
  if (!(low <= high)) return [-5, 5];
  const margin = high > low ? (high - low) * room : Math.abs(low) * 0.1 || 1;
  return [Math.max(-Number.MAX_VALUE / 4, low - margin), Math.min(Number.MAX_VALUE / 4, high + margin)];
}

/** Round numbers along an axis, some `count` of them. */
export function ticks(low: number, high: number, count: number): number[] {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return [];
  const raw = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw) ?? raw;
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  if (!(last - first < 1000)) return [];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** A number for people: four digits, without zeros at the end, and with separators where it is long. */
export function shown(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(Math.max(0, digits - 2)).replace("-", "−");
  const rounded = Number(value.toPrecision(Math.max(digits, Math.ceil(Math.log10(size + 1)))));
  return rounded.toLocaleString("en-GB", { maximumFractionDigits: 6 }).replace("-", "−");
}

/** A mean and its standard deviation: digits that the deviation leaves some meaning to. */
export function measured(mean: number, deviation: number): string {
  if (!(deviation > 0) || !Number.isFinite(mean)) return `${shown(mean)} ± ${shown(deviation, 2)}`;
  const decimals = Math.min(12, 1 - Math.floor(Math.log10(deviation)));
  const rounded = decimals > 0 ? Number(mean.toFixed(decimals)) : Math.round(mean);
  return `${shown(rounded, 12)} ± ${shown(deviation, 2)}`;
}

/** A count with its noun: "1 row", "12,000 rows". */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en-GB")} ${noun}${count === 1 ? "" : "s"}`;
}
