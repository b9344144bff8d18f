// What the page knows, and who is told when it changes.
import type { CovarianceType, Parameters } from "gaussmix";
import type { Segment } from "../logic/contour.ts";
import type { Theme } from "../logic/palette.ts";
import type { CandidateRow, FitAnswer } from "../logic/protocol.ts";
import type { Shade, Show } from "../logic/shade.ts";
import type { Rows, Table } from "../logic/table.ts";

/** Where the data are from. */
export type Source =
  | { readonly kind: "preset"; readonly name: string }
  | { readonly kind: "file"; readonly name: string }
  | { readonly kind: "points" }
  | { readonly kind: "picture"; readonly name: string };

/** A picture whose pixels are the rows. */
export interface Photo {
  readonly width: number;
  readonly height: number;
  /** [height * width * 4]. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

export interface Curve {
  readonly x: Float64Array;
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
  /** The x whose conditional density is shown, and the density along y. */
  readonly at: number | undefined;
  readonly y: Float64Array;
  readonly density: Float64Array | undefined;
}

export type Tool = "move" | "add" | "lasso";

export interface State {
  readonly source: Source;
  readonly title: string;
  readonly hint: string;
  readonly table: Table;
  readonly rows: Rows;
  readonly photo: Photo | undefined;
  /** Which of the columns fitted are shown; equal where there is one alone. */
  readonly i: number;
  readonly j: number;
  /** What the axes show: from where to where. */
  readonly xRange: readonly [number, number];
  readonly yRange: readonly [number, number];
  readonly k: number;
  readonly type: CovarianceType;
  readonly auto: boolean;
  readonly seed: number;
  readonly show: Show;
  readonly tool: Tool;
  /** Rows within the lasso. */
  readonly picked: ReadonlySet<number>;
  readonly theme: Theme;
  readonly parameters: Parameters | undefined;
  readonly shade: Shade | undefined;
  /** Log-likelihoods, the newest last. */
  readonly trace: readonly number[];
  /** What the next step is. */
  readonly phase: "e" | "m";
  readonly isPlaying: boolean;
  /** Steps per second. */
  readonly speed: number;
  readonly fit: FitAnswer | undefined;
  /** The best log-likelihood of a fit of these rows with this k and type. */
  readonly best: number | undefined;
  readonly candidates: readonly CandidateRow[];
  /** What is being done, and how much of it is. */
  readonly busy: { readonly what: string; readonly share: number } | undefined;
  /** How much of the table of criteria is done; undefined while nobody works at it. */
  readonly choosing: number | undefined;
  /** What there is to say: an error, or how EM came to rest. */
  readonly message: { readonly text: string; readonly isError: boolean } | undefined;
  readonly anomalies: number | undefined;
  readonly contour: readonly Segment[];
  readonly flags: Uint8Array | undefined;
  readonly nFlagged: number;
  readonly regression: boolean;
  readonly curve: Curve | undefined;
  readonly centres: Float64Array | undefined;
  readonly hovered: number | undefined;
}

type Listener = (state: State, changed: ReadonlySet<keyof State>) => void;

/** Holds the state; listeners hear of changes of what they care for, after the change. */
export class Store {
  #state: State;
  readonly #listeners: { readonly keys: ReadonlySet<keyof State>; readonly listener: Listener }[] = [];

  constructor(initial: State) {
    this.#state = initial;
  }

  get state(): State {
    return this.#state;
  }

  set(patch: Partial<State>): void {
    const keys = (Object.keys(patch) as (keyof State)[]).filter((key) => patch[key] !== this.#state[key]);
    if (keys.length === 0) return;
    this.#state = { ...this.#state, ...patch };
    const changed = new Set(keys);
    for (const { keys: wanted, listener } of this.#listeners) {
      if (keys.some((key) => wanted.has(key))) listener(this.#state, changed);
    }
  }

  /** Calls now, and whenever one of these changes. */
  on(keys: readonly (keyof State)[], listener: Listener): void {
    this.#listeners.push({ keys: new Set(keys), listener });
    listener(this.#state, new Set(keys));
  }
}
