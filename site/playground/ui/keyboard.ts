// The picture by keys alone: handles move by arrows, a cursor finds points, picks them up and puts them down.
import { withoutRows } from "../logic/table.ts";
import { set } from "./dom.ts";
import type { Plot } from "./plot.ts";
import { gripOf, movedTable, nudged, type Pointer } from "./pointer.ts";
import type { State, Store } from "./store.ts";
import type { Work } from "./work.ts";

/** How far an arrow moves, in pixels; with Shift. */
const STEP = { small: 4, large: 24 };

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export class Keyboard {
  readonly #plot: Plot;
  readonly #store: Store;
  readonly #work: Work;
  readonly #pointer: Pointer;
  readonly #say: (text: string) => void;
  /** Rows that are carried, and from where. */
  #carried: { readonly rows: readonly number[]; readonly from: readonly [number, number] } | undefined;

  constructor(plot: Plot, work: Work, pointer: Pointer, say: (text: string) => void) {
    this.#plot = plot;
    this.#store = work.store;
    this.#work = work;
    this.#pointer = pointer;
    this.#say = say;
    plot.stage.addEventListener("keydown", (event) => this.#key(event));
    plot.stage.addEventListener("focusout", () => this.#leave());
    set(plot.stage, "tabindex", 0);
  }

  #leave(): void {
    this.#plot.overlay.cursor = undefined;
    this.#plot.redraw();
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isHandle = event.target !== this.#plot.stage;
    const arrow = ARROWS[event.key];
    const size = event.shiftKey ? STEP.large : STEP.small;
    const done =
      arrow === undefined
        ? isHandle
          ? this.#handleKey(event)
          : this.#stageKey(event)
        : isHandle
          ? this.#nudge(event, arrow[0] * size, arrow[1] * size)
          : this.#go(arrow[0] * size * 2, arrow[1] * size * 2);
    if (done) event.preventDefault();
  }

  #nudge(event: KeyboardEvent, dx: number, dy: number): boolean {
    const { state } = this.#store;
    const grip = gripOf(event.target, state);
    if (grip === undefined || state.parameters === undefined) return false;
    this.#work.stop();
    this.#plot.isHeld = true;
    this.#store.set({
      parameters: nudged(state.parameters, this.#plot, grip, dx, dy),
      fit: undefined,
      trace: [],
      phase: "e",
    });
    this.#plot.isHeld = false;
    return true;
  }

  #handleKey(event: KeyboardEvent): boolean {
    const { parameters } = this.#store.state;
    if ((event.key !== "Enter" && event.key !== " ") || parameters === undefined) return false;
    void this.#work.letGo(parameters);
    return true;
  }

  #go(dx: number, dy: number): boolean {
    const { width, height } = this.#plot.size;
    const [x, y] = this.#plot.overlay.cursor ?? [width / 2, height / 2];
    const next = [Math.min(width, Math.max(0, x + dx)), Math.min(height, Math.max(0, y + dy))] as const;
    this.#plot.overlay.cursor = next;
    if (this.#carried !== undefined) {
      this.#plot.shift(this.#carried.rows, next[0] - this.#carried.from[0], next[1] - this.#carried.from[1]);
    }
    this.#store.set({ hovered: this.#plot.nearest(...next, 40) });
    this.#plot.redraw();
    return true;
  }

  #stageKey(event: KeyboardEvent): boolean {
    const { state } = this.#store;
    const cursor = this.#plot.overlay.cursor;
    if (event.key === "Escape") return this.#drop();
    if (event.key === "Delete" || event.key === "Backspace") return this.#delete(state);
    if (event.key !== "Enter" && event.key !== " ") return false;
    if (cursor === undefined) return this.#go(0, 0);
    if (state.tool === "add") {
      this.#say("Added a point.");
      void this.#pointer.add(...cursor);
    } else if (state.tool === "lasso") this.#toggle(state);
    else this.#carry(state, cursor);
    return true;
  }

  #toggle({ hovered, picked }: State): void {
    if (hovered === undefined) return;
    const next = new Set(picked);
    if (!next.delete(hovered)) next.add(hovered);
    this.#store.set({ picked: next });
    this.#say(`${next.size} picked.`);
  }

  /** Picks up the point at the cursor, or puts down what is carried. */
  #carry(state: State, cursor: readonly [number, number]): void {
    const carried = this.#carried;
    if (carried !== undefined) {
      this.#carried = undefined;
      this.#plot.shift([], 0, 0);
      const [dx, dy] = [cursor[0] - carried.from[0], cursor[1] - carried.from[1]];
      void this.#work.edit(movedTable(state, this.#plot, carried.rows, dx, dy));
      this.#say("Put down.");
      return;
    }
    if (state.hovered === undefined || state.photo !== undefined) {
      this.#say("There is no point here.");
      return;
    }
    const rows = state.picked.has(state.hovered) ? [...state.picked] : [state.hovered];
    this.#carried = { rows, from: cursor };
    this.#say("Picked up. Arrow keys move it, Enter puts it down, Escape leaves it where it was.");
  }

  #drop(): boolean {
    if (this.#carried === undefined && this.#store.state.picked.size === 0) return false;
    this.#carried = undefined;
    this.#plot.shift([], 0, 0);
    this.#store.set({ picked: new Set() });
    return true;
  }

  #delete(state: State): boolean {
    const { hovered, picked, rows, table, photo } = state;
    const gone = picked.size > 0 ? [...picked] : hovered === undefined ? [] : [hovered];
    if (gone.length === 0 || photo !== undefined) return false;
    this.#store.set({ picked: new Set(), hovered: undefined });
    this.#say(`Deleted ${gone.length}.`);
    void this.#work.edit(withoutRows(table, new Set(gone.map((n) => rows.origin[n]))));
    return true;
  }
}
