// Mouse, pen and finger on the picture: handles, points, the lasso, and what is under the pointer.
import type { Parameters } from "gaussmix";
import { dragged, type Grip, placeOf } from "../logic/drag.ts";
import { within } from "../logic/lasso.ts";
import { withCells, withRow } from "../logic/table.ts";
import type { Part } from "./overlay.ts";
import type { Plot } from "./plot.ts";
import type { State, Store } from "./store.ts";
import type { Work } from "./work.ts";

/** How near the pointer must be to a point to take it, in pixels; a finger is less exact. */
const REACH = { mouse: 10, touch: 24 };

type Drag =
  | { readonly kind: "handle"; readonly grip: Grip; parameters: Parameters }
  | { readonly kind: "rows"; readonly rows: readonly number[]; readonly from: readonly [number, number] }
  | { readonly kind: "lasso" };

/** The handle that an element belongs to. */
export function gripOf(target: EventTarget | null, { i, j }: State): Grip | undefined {
  const element = target instanceof Element ? target.closest<SVGElement>("[data-part]") : null;
  if (element === null) return undefined;
  return { part: element.dataset.part as Part, k: Number(element.dataset.k), i, j };
}

/** Rows elsewhere: cells of the table by how far they move in pixels. */
export function movedTable(
  { table, rows, i, j }: State,
  plot: Plot,
  moved: readonly number[],
  dx: number,
  dy: number,
): State["table"] {
  const cells = moved.flatMap((n) => {
    const [x, y] = plot.valueAt(plot.places.x[n] + dx, plot.places.y[n] + dy);
    const row = rows.origin[n];
    const first = { row, column: rows.chosen[i], value: x };
    return i === j ? [first] : [first, { row, column: rows.chosen[j], value: y }];
  });
  return withCells(table, cells);
}

export class Pointer {
  readonly #plot: Plot;
  readonly #store: Store;
  readonly #work: Work;
  #drag: Drag | undefined;

  constructor(plot: Plot, work: Work) {
    this.#plot = plot;
    this.#store = work.store;
    this.#work = work;
    const { stage } = plot;
    stage.addEventListener("pointerdown", (event) => this.#down(event));
    stage.addEventListener("pointermove", (event) => this.#move(event));
    stage.addEventListener("pointerup", (event) => this.#up(event));
    stage.addEventListener("pointercancel", () => this.#end());
    stage.addEventListener("pointerleave", () => {
      if (this.#drag === undefined) this.#store.set({ hovered: undefined });
    });
  }

  #at({ clientX, clientY }: PointerEvent): readonly [number, number] {
    const box = this.#plot.stage.getBoundingClientRect();
    return [clientX - box.left, clientY - box.top];
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0) return;
    const { state } = this.#store;
    const [x, y] = this.#at(event);
    this.#drag = this.#taken(event, state, x, y);
    if (this.#drag === undefined) {
      if (state.tool === "add") void this.add(x, y);
      return;
    }
    // what is dragged is not scrolled
    event.preventDefault();
    this.#plot.stage.setPointerCapture(event.pointerId);
    if (this.#drag.kind === "handle") this.#work.stop();
    this.#plot.isHeld = this.#drag.kind === "handle";
    if (this.#drag.kind === "lasso") this.#plot.overlay.lasso = [[x, y]];
  }

  #taken(event: PointerEvent, state: State, x: number, y: number): Drag | undefined {
    const grip = gripOf(event.target, state);
    if (grip !== undefined && state.parameters !== undefined) {
      (event.target as Element).closest<SVGElement>("[data-part]")?.focus();
      return { kind: "handle", grip, parameters: state.parameters };
    }
    if (state.photo !== undefined) return undefined;
    const row = this.#plot.nearest(x, y, event.pointerType === "touch" ? REACH.touch : REACH.mouse);
    if (row !== undefined && state.tool !== "add" && (state.tool === "move" || state.picked.has(row))) {
      const rows = state.picked.has(row) ? [...state.picked] : [row];
      return { kind: "rows", rows, from: [x, y] };
    }
    return state.tool === "lasso" ? { kind: "lasso" } : undefined;
  }

  /** Adds a row where one can: all columns fitted must be on the screen. */
  async add(x: number, y: number): Promise<void> {
    const { table, rows, i, j, photo } = this.#store.state;
    if (photo !== undefined || rows.chosen.length > (i === j ? 1 : 2)) {
      const text = "Points can be added where the model has one or two columns: choose fewer columns.";
      this.#store.set({ message: { text, isError: true } });
      return;
    }
    const [first, second] = this.#plot.valueAt(x, y);
    const values = new Map([[rows.chosen[i], first]]);
    if (i !== j) values.set(rows.chosen[j], second);
    await this.#work.edit(withRow(table, values));
  }

  #move(event: PointerEvent): void {
    const [x, y] = this.#at(event);
    const drag = this.#drag;
    if (drag === undefined) {
      this.#store.set({ hovered: this.#plot.nearest(x, y, 14) });
      return;
    }
    if (drag.kind === "handle") {
      drag.parameters = dragged(drag.parameters, this.#plot.view, drag.grip, x, y);
      this.#store.set({ parameters: drag.parameters, fit: undefined });
    } else if (drag.kind === "lasso") {
      this.#plot.overlay.lasso = [...this.#plot.overlay.lasso, [x, y]];
      this.#plot.redraw();
    } else {
      this.#plot.shift(drag.rows, x - drag.from[0], y - drag.from[1]);
    }
  }

  #up(event: PointerEvent): void {
    const [x, y] = this.#at(event);
    const drag = this.#drag;
    this.#end();
    if (drag?.kind === "handle") void this.#work.letGo(drag.parameters);
    if (drag?.kind === "lasso") this.#pick();
    if (drag?.kind === "rows") {
      const [dx, dy] = [x - drag.from[0], y - drag.from[1]];
      this.#plot.shift([], 0, 0);
      if (Math.hypot(dx, dy) > 2) void this.#work.edit(movedTable(this.#store.state, this.#plot, drag.rows, dx, dy));
    }
  }

  #pick(): void {
    const outline = this.#plot.overlay.lasso;
    this.#plot.overlay.lasso = [];
    this.#store.set({ picked: new Set(within(this.#plot.places, outline)) });
    this.#plot.redraw();
  }

  #end(): void {
    this.#drag = undefined;
    this.#plot.isHeld = false;
  }
}

/** Parameters with a handle some pixels further. */
export function nudged(parameters: Parameters, plot: Plot, grip: Grip, dx: number, dy: number): Parameters {
  const [x, y] = placeOf(parameters, plot.view, grip);
  return dragged(parameters, plot.view, grip, x + dx, y + dy);
}
