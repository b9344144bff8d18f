// What lies above the points: axes, ellipses with handles that take the keyboard, curves, the lasso.
import type { Parameters } from "gaussmix";
import { along } from "../logic/contour.ts";
import { ellipseIn, MASSES } from "../logic/files.ts";
import { matrixOf, radiusOf } from "../logic/geometry.ts";
import { colourOf, css } from "../logic/palette.ts";
import { shown, ticks, toPixel, type View } from "../logic/scale.ts";
import { curvesOf, histogramOf } from "../logic/univariate.ts";
import { byId, set, svg } from "./dom.ts";
import type { Places } from "./plot.ts";
import { columnOf } from "./ranges.ts";
import type { State, Store } from "./store.ts";

/** The handle of a component: its mean, or the end of an axis of its ellipse. */
export type Part = "mean" | "long" | "short";

interface Group {
  readonly root: SVGGElement;
  readonly rings: readonly SVGEllipseElement[];
  readonly handles: Readonly<Record<Part, SVGGElement>>;
}

const PARTS: readonly Part[] = ["long", "short", "mean"];
const round = (value: number): number => Math.round(value * 100) / 100;

/** The end of a path through places. */
function lineOf(x: ArrayLike<number>, y: ArrayLike<number>): string {
  return Array.from(x, (value, n) => `${n === 0 ? "M" : "L"}${round(value)} ${round(y[n])}`).join("");
}

export class Overlay {
  readonly root = byId<SVGSVGElement>("overlay");
  readonly #axes = svg("g", { class: "axes", "aria-hidden": "true" });
  readonly #under = svg("g", { "aria-hidden": "true" });
  readonly #ellipses = svg("g");
  readonly #above = svg("g", { "aria-hidden": "true" });
  readonly #store: Store;
  #groups: Group[] = [];
  #size = { width: 0, height: 0 };
  #axesOf = "";
  #histogram: { readonly rows: State["rows"]; readonly key: string; readonly d: string } | undefined;
  /** The path of the lasso in pixels, while it is drawn. */
  lasso: readonly (readonly [number, number])[] = [];
  /** The cursor of the keyboard in pixels, while it is used. */
  cursor: readonly [number, number] | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.root.append(this.#axes, this.#under, this.#ellipses, this.#above);
  }

  resize(width: number, height: number): void {
    this.#size = { width, height };
    set(this.root, "viewBox", `0 0 ${width} ${height}`);
    this.#axesOf = "";
  }

  draw(view: View, parameters: Parameters | undefined, places: Places): void {
    const { state } = this.#store;
    this.#drawAxes(view, state);
    this.#drawEllipses(view, parameters, state);
    this.#under.replaceChildren(...this.#curves(view, parameters, state));
    this.#above.replaceChildren(...this.#marks(view, state, places));
  }

  #drawAxes(view: View, { table, rows, i, j, xRange, yRange }: State): void {
    const names = [i, j].map((d) => table.columns[rows.chosen[d]]?.name ?? "");
    const key = JSON.stringify([view, names, i === j]);
    if (key === this.#axesOf) return;
    this.#axesOf = key;
    const { width, height } = this.#size;
    const few = width < 500 ? 4 : 6;
    const below = ticks(...xRange, few).map((tick) =>
      svg("text", { x: round(toPixel(view.x, tick)), y: view.y.start + 17, "text-anchor": "middle" }, shown(tick)),
    );
    const beside = ticks(...yRange, 6)
      .filter((tick) => i !== j || tick >= 0)
      .map((tick) =>
        svg("text", { x: view.x.start - 7, y: round(toPixel(view.y, tick) + 4), "text-anchor": "end" }, shown(tick)),
      );
    const middle = (view.y.start + view.y.end) / 2;
    this.#axes.replaceChildren(
      svg("path", { class: "axis", d: `M${view.x.start} ${view.y.end}V${view.y.start}H${view.x.end}` }),
      ...below,
      ...beside,
      svg(
        "text",
        { class: "name", x: (view.x.start + view.x.end) / 2, y: height - 5, "text-anchor": "middle" },
        names[0],
      ),
      svg(
        "text",
        { class: "name", transform: `translate(12 ${middle}) rotate(-90)`, "text-anchor": "middle" },
        i === j ? "density" : names[1],
      ),
    );
  }

  #drawEllipses(view: View, parameters: Parameters | undefined, state: State): void {
    const K = parameters?.nComponents ?? 0;
    while (this.#groups.length > K) this.#groups.pop()?.root.remove();
    while (this.#groups.length < K) this.#groups.push(this.#made(this.#groups.length));
    set(this.#ellipses, "class", state.centres === undefined ? "" : "faded");
    if (parameters === undefined) return;
    for (const [k, group] of this.#groups.entries()) {
      set(group.root, "style", `--component: ${css(colourOf(state.theme, k))}`);
      if (state.i === state.j) this.#placeInterval(view, parameters, k, state.i, group);
      else this.#placeEllipse(view, parameters, k, state, group);
      this.#name(parameters, k, state, group);
    }
  }

  #made(k: number): Group {
    const rings = MASSES.map((_, ring) => svg("ellipse", { class: `ring ring-${ring}` }));
    const handles = Object.fromEntries(
      PARTS.map((part) => {
        const isMean = part === "mean";
        const shape = svg("circle", { class: "knob", r: isMean ? 11 : 5 });
        const content = isMean ? [shape, svg("text", { "text-anchor": "middle", y: 4 }, String(k + 1))] : [shape];
        const hit = svg("circle", { class: "hit", r: isMean ? 16 : 13 });
        return [
          part,
          svg(
            "g",
            { class: `handle ${part}`, tabindex: 0, role: "button", "data-part": part, "data-k": k },
            hit,
            ...content,
          ),
        ];
      }),
    ) as unknown as Group["handles"];
    const root = svg("g", { class: "component" }, ...rings, ...PARTS.map((part) => handles[part]));
    this.#ellipses.append(root);
    return { root, rings, handles };
  }

  #placeEllipse(view: View, parameters: Parameters, k: number, { i, j }: State, group: Group): void {
    const { cx, cy, long, short, degrees } = ellipseIn(view, parameters, k, i, j);
    const transform = `translate(${round(cx)} ${round(cy)}) rotate(${round(degrees)})`;
    for (const [ring, mass] of MASSES.entries()) {
      const radius = radiusOf(mass);
      const element = group.rings[ring];
      set(element, "transform", transform);
      set(element, "rx", round(Math.max(0.5, long * radius)));
      set(element, "ry", round(Math.max(0.5, short * radius)));
    }
    const reach = radiusOf(MASSES[1]);
    const angle = (degrees * Math.PI) / 180;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    place(group.handles.mean, cx, cy);
    place(group.handles.long, cx + cos * long * reach, cy + sin * long * reach);
    place(group.handles.short, cx - sin * short * reach, cy + cos * short * reach);
  }

  /** Of one column: the mean on the axis, and a handle one standard deviation to the right. */
  #placeInterval(view: View, parameters: Parameters, k: number, i: number, group: Group): void {
    for (const ring of group.rings) set(ring, "rx", 0);
    const D = parameters.nFeatures;
    const mean = parameters.means[k * D + i];
    const deviation = Math.sqrt(matrixOf(parameters, k)[i * D + i]);
    const y = toPixel(view.y, 0);
    place(group.handles.mean, toPixel(view.x, mean), y);
    place(group.handles.long, toPixel(view.x, mean + deviation), y);
    place(group.handles.short, -100, -100);
  }

  #name(parameters: Parameters, k: number, { table, rows, i, j }: State, { handles }: Group): void {
    const D = parameters.nFeatures;
    const names = (i === j ? [i] : [i, j]).map(
      (d) => `${table.columns[rows.chosen[d]]?.name ?? ""} ${shown(parameters.means[k * D + d])}`,
    );
    set(
      handles.mean,
      "aria-label",
      `Mean of group ${k + 1}: ${names.join(", ")}. Arrow keys move it, Enter lets it go.`,
    );
    const axis = i === j ? "Width" : "Longer axis";
    set(
      handles.long,
      "aria-label",
      `${axis} of group ${k + 1}. Arrow keys stretch ${i === j ? "" : "and turn "}it, Enter lets it go.`,
    );
    set(handles.short, "aria-label", `Shorter axis of group ${k + 1}. Arrow keys stretch it, Enter lets it go.`);
    set(handles.short, "display", i === j ? "none" : undefined);
  }

  *#curves(view: View, parameters: Parameters | undefined, state: State): Iterable<SVGElement> {
    const toX = (values: Float64Array): Float64Array => values.map((value) => toPixel(view.x, value));
    const toY = (values: Float64Array): Float64Array => values.map((value) => toPixel(view.y, value));
    if (state.i === state.j) {
      yield svg("path", { class: "bars", d: this.#bars(view, state) });
      if (parameters?.nFeatures === 1) {
        const x = along(...state.xRange, 240);
        const { components, sum } = curvesOf(parameters, x);
        for (const [k, curve] of components.entries()) {
          yield svg("path", {
            class: "component-curve",
            d: lineOf(toX(x), toY(curve)),
            stroke: css(colourOf(state.theme, k)),
          });
        }
        yield svg("path", { class: "sum", d: lineOf(toX(x), toY(sum)) });
      }
    }
    if (state.contour.length > 0) {
      const d = state.contour.map(([a, b, c, e]) => {
        const [x1, x2] = [a, c].map((value) => round(toPixel(view.x, value)));
        const [y1, y2] = [b, e].map((value) => round(toPixel(view.y, value)));
        return `M${x1} ${y1}L${x2} ${y2}`;
      });
      yield svg("path", { class: "contour", d: d.join("") });
    }
    const { curve } = state;
    if (curve === undefined) return;
    const limits = [2, -2].map((z) => curve.mean.map((mean, n) => mean + z * curve.deviation[n]));
    const band = `${lineOf(toX(curve.x), toY(limits[0]))}${lineOf(toX(curve.x).reverse(), toY(limits[1]).reverse()).replace("M", "L")}Z`;
    yield svg("path", { class: "band", d: band });
    yield svg("path", { class: "regression", d: lineOf(toX(curve.x), toY(curve.mean)) });
    if (curve.at === undefined || curve.density === undefined) return;
    const at = toPixel(view.x, curve.at);
    const most = curve.density.reduce((top, value) => Math.max(top, value), 0) || 1;
    yield svg("path", { class: "given", d: `M${round(at)} ${view.y.start}V${view.y.end}` });
    yield svg("path", {
      class: "conditional",
      d: lineOf(
        curve.density.map((value) => at + (70 * value) / most),
        toY(curve.y),
      ),
    });
  }

  #bars(view: View, { rows, i }: State): string {
    const key = JSON.stringify(view);
    if (this.#histogram?.rows === rows && this.#histogram.key === key) return this.#histogram.d;
    const { edges, heights } = histogramOf(columnOf(rows, i));
    const base = round(toPixel(view.y, 0));
    const bars = Array.from(heights, (height, bar) => {
      const [left, right] = [edges[bar], edges[bar + 1]].map((edge) => round(toPixel(view.x, edge)));
      return `M${left} ${base}V${round(toPixel(view.y, height))}H${right}V${base}Z`;
    });
    this.#histogram = { rows, key, d: bars.join("") };
    return this.#histogram.d;
  }

  *#marks(view: View, state: State, places: Places): Iterable<SVGElement> {
    const { centres, hovered } = state;
    if (centres !== undefined && state.i !== state.j) {
      const D = state.rows.chosen.length;
      for (let k = 0; k * D < centres.length; k++) {
        const [x, y] = [toPixel(view.x, centres[k * D + state.i]), toPixel(view.y, centres[k * D + state.j])];
        yield svg("path", { class: "centre", d: `M${round(x - 7)} ${round(y - 7)}l14 14m0 -14l-14 14` });
      }
    }
    if (hovered !== undefined && hovered < places.x.length) {
      yield svg("circle", { class: "hovered", cx: round(places.x[hovered]), cy: round(places.y[hovered]), r: 7 });
    }
    if (this.lasso.length > 1) {
      yield svg("path", {
        class: "lasso",
        d: `${lineOf(
          this.lasso.map(([x]) => x),
          this.lasso.map(([, y]) => y),
        )}Z`,
      });
    }
    if (this.cursor !== undefined) {
      const [x, y] = this.cursor.map(round);
      yield svg("path", { class: "cursor", d: `M${x - 10} ${y}h20M${x} ${y - 10}v20` });
    }
  }
}

function place(element: SVGElement, x: number, y: number): void {
  set(element, "transform", `translate(${round(x)} ${round(y)})`);
}
