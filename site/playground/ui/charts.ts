// Two small charts: log-likelihood by step, and a criterion by number of groups.
import type { CovarianceType } from "gaussmix";
import { css, type Theme } from "../logic/palette.ts";
import type { CandidateRow } from "../logic/protocol.ts";
import { shown, ticks } from "../logic/scale.ts";
import { set, svg } from "./dom.ts";

/** The log-likelihood, by E-step. */
export function drawTrace(chart: SVGElement, trace: readonly number[]): void {
  const width = chart.clientWidth || 600;
  const height = 76;
  set(chart, "viewBox", `0 0 ${width} ${height}`);
  // a start far away would make all that follows one flat line
  const from = trace.length > 30 ? trace.slice(3) : trace;
  const low = Math.min(...from);
  const high = Math.max(...from);
  const span = high - low || 1;
  const x = (n: number): number => 8 + ((width - 16) * n) / Math.max(1, trace.length - 1);
  const y = (value: number): number => Math.min(height - 2, height - 12 - ((height - 30) * (value - low)) / span);
  const points = trace.map((value, n) => `${x(n).toFixed(1)},${y(value).toFixed(1)}`);
  const last = trace.at(-1);
  const text = last === undefined ? "Press E step or Play." : `${shown(last, 6)} after ${trace.length - 1} steps`;
  chart.replaceChildren(
    svg("polyline", { points: points.join(" "), fill: "none", stroke: "var(--accent)", "stroke-width": 2 }),
    ...(last === undefined
      ? []
      : [svg("circle", { cx: x(trace.length - 1), cy: y(last), r: 3.5, fill: "var(--accent)" })]),
    svg("text", { x: width - 8, y: 12, "text-anchor": "end" }, text),
  );
  set(chart, "aria-label", last === undefined ? "Log-likelihood: no step yet" : `Log-likelihood ${text}`);
}

const DASHES: Readonly<Record<CovarianceType, string>> = { full: "", tied: "7 3", diag: "2 3", spherical: "8 3 2 3" };

/** A line for each type: BIC over the number of groups, the best marked. */
export function criteriaChart(
  candidates: readonly CandidateRow[],
  types: readonly CovarianceType[],
  theme: Theme,
  label: string,
): SVGSVGElement {
  const [width, height] = [346, 190];
  const chart = svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  const rows = candidates.filter((row): row is CandidateRow & { bic: number } => Number.isFinite(row.bic));
  if (rows.length === 0) return chart;
  const most = Math.max(...candidates.map(({ nComponents }) => nComponents), 2);
  const values = rows.map(({ bic }) => bic).sort((a, b) => a - b);
  const low = values[0];
  // the worst would press the rest together
  const high = values[Math.floor(0.9 * (values.length - 1))];
  const x = (k: number): number => 52 + ((width - 64) * (k - 1)) / (most - 1);
  const y = (value: number): number =>
    height - 34 - ((height - 50) * (Math.min(value, high) - low)) / (high - low || 1);
  for (const tick of ticks(low, high, 4)) {
    chart.append(
      svg("line", { x1: 50, x2: width - 10, y1: y(tick), y2: y(tick), stroke: "var(--line)" }),
      svg("text", { x: 46, y: y(tick) + 4, "text-anchor": "end" }, shown(tick)),
    );
  }
  for (let k = 1; k <= most; k++)
    chart.append(svg("text", { x: x(k), y: height - 18, "text-anchor": "middle" }, String(k)));
  for (const [t, type] of types.entries()) {
    const own = rows.filter(({ covarianceType }) => covarianceType === type);
    const colour = css(theme.components[t]);
    chart.append(
      svg("polyline", {
        points: own.map(({ nComponents, bic }) => `${x(nComponents)},${y(bic)}`).join(" "),
        ...{ fill: "none", stroke: colour, "stroke-width": 2, "stroke-dasharray": DASHES[type] },
      }),
      svg("line", {
        x1: 40 + 74 * t,
        x2: 56 + 74 * t,
        y1: height - 5,
        y2: height - 5,
        stroke: colour,
        "stroke-width": 2,
        "stroke-dasharray": DASHES[type],
      }),
      svg("text", { x: 60 + 74 * t, y: height - 1 }, type),
    );
  }
  const best = rows.find(({ bic }) => bic === low);
  if (best !== undefined) {
    chart.append(
      svg("circle", {
        cx: x(best.nComponents),
        cy: y(best.bic),
        r: 5.5,
        fill: "none",
        stroke: "var(--ink)",
        "stroke-width": 2,
      }),
    );
  }
  return chart;
}
