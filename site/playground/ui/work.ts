// What the page does: fits, steps, choices, edits. Heavy work is the workers'; here it is asked for, and its results kept.
import type { CovarianceType, Parameters } from "gaussmix";
import { colourOf } from "../logic/palette.ts";
import type { FitAnswer } from "../logic/protocol.ts";
import { isAtRest, thinned } from "../logic/rest.ts";
import { counted } from "../logic/scale.ts";
import type { ShadeOptions } from "../logic/shade.ts";
import { rowsOf, type Table } from "../logic/table.ts";
import { rested } from "../logic/words.ts";
import { Client } from "./client.ts";
import { rangesOf, withCurves } from "./ranges.ts";
import type { Source, State, Store } from "./store.ts";

const TYPES: readonly CovarianceType[] = ["full", "tied", "diag", "spherical"];
/** The most groups of the table of criteria. */
const MOST_GROUPS = 9;
/** With more rows than this criteria take the quick search. */
const QUICK_ABOVE = 3000;
/** The table of criteria is made unasked for no more numbers than this. */
const UNASKED = 40_000;

/** What does not hold for other data. */
const CLEARED: Partial<State> = {
  ...{ parameters: undefined, shade: undefined, trace: [], phase: "e" as const, fit: undefined, best: undefined },
  ...{
    candidates: [],
    message: undefined,
    contour: [],
    flags: undefined,
    nFlagged: 0,
    curve: undefined,
    centres: undefined,
  },
};

/** New data, and how to look at them. */
export interface Loaded {
  readonly source: Source;
  readonly title: string;
  readonly hint: string;
  readonly table: Table;
  readonly chosen: readonly number[];
  readonly k: number;
  readonly type: CovarianceType;
  readonly auto: boolean;
  readonly photo?: State["photo"];
}

export class Work {
  readonly store: Store;
  /** Fits and steps. */
  readonly front = new Client();
  /** Criteria and several starts, which take longer: in a worker of their own, so that nothing waits for them. */
  readonly back = new Client();
  #doing = new AbortController();
  #choosing = new AbortController();

  constructor(store: Store) {
    this.store = store;
  }

  get #state(): State {
    return this.store.state;
  }

  /** How rows are to be coloured. */
  shading(): ShadeOptions {
    const { theme, show } = this.#state;
    const colours = theme.components.map((_, k) => colourOf(theme, k));
    const isDark = theme.background !== 0xffffff;
    return { show, colours, doubt: isDark ? [0x3a4550, 0xffd24a] : [0xd5dbe1, 0xa8123e] };
  }

  /** Takes data, and fits a mixture. */
  async load(loaded: Loaded): Promise<void> {
    this.stop();
    const rows = rowsOf(loaded.table, loaded.chosen);
    const [i, j] = loaded.chosen.length > 1 ? [0, 1] : [0, 0];
    this.store.set({
      ...{ ...loaded, photo: loaded.photo, rows, i, j, ...rangesOf(rows, i, j) },
      ...{ picked: new Set(), hovered: undefined, ...CLEARED },
    });
    this.#sendRows();
    await this.fit();
    if (loaded.auto || rows.values.length <= UNASKED) await this.choose();
  }

  /** Other columns of the same table. */
  async useColumns(chosen: readonly number[]): Promise<void> {
    const { source, title, hint, table, k, type, auto, photo } = this.#state;
    await this.load({ source, title, hint, table, chosen, k, type, auto, photo });
  }

  /** The same data with other cells or rows: the mixture stays, and follows. */
  async edit(table: Table): Promise<void> {
    this.stop();
    const { rows, parameters } = this.#state;
    const next = rowsOf(table, rows.chosen);
    const isSame = next.origin.length === rows.origin.length;
    const { shade, picked } = this.#state;
    const kept = isSame ? { shade, picked } : { picked: new Set<number>() };
    this.store.set({ table, rows: next, ...CLEARED, ...kept, parameters });
    this.#sendRows();
    if (parameters === undefined || parameters.nFeatures !== next.chosen.length) await this.fit();
    else await this.letGo(parameters);
  }

  #sendRows(): void {
    const { rows } = this.#state;
    this.front.data = { values: rows.values, nFeatures: rows.chosen.length };
    this.back.end();
    this.back.data = { values: thinned(rows.values, rows.chosen.length).values, nFeatures: rows.chosen.length };
  }

  /** Ends what is being done. */
  stop(): void {
    this.#doing.abort();
    this.#doing = new AbortController();
    this.#choosing.abort();
    this.store.set({ isPlaying: false, busy: undefined, choosing: undefined });
  }

  /** Does something with the front worker, which the next such thing ends. */
  async #do<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    this.#doing.abort();
    const controller = new AbortController();
    this.#doing = controller;
    this.store.set({ isPlaying: false, busy: undefined, message: undefined });
    try {
      return await work(controller.signal);
    } catch (error) {
      if (!controller.signal.aborted && (error as Error).name !== "AbortError") this.#fail(error as Error);
      return undefined;
    } finally {
      if (this.#doing === controller) this.store.set({ isPlaying: false, busy: undefined });
    }
  }

  #fail(error: Error): void {
    this.store.set({ message: { text: error.message, isError: true } });
  }

  /** Fits with the number of components and the type that are set. */
  async fit(): Promise<void> {
    const { rows, k, type, seed } = this.#state;
    const N = rows.origin.length;
    if (N === 0) {
      this.store.set({ ...CLEARED });
      return;
    }
    if (k > N) {
      this.#fail(
        new RangeError(
          `${counted(k, "group")} need as many rows or more; there ${N === 1 ? "is" : "are"} ${N}. Take fewer groups.`,
        ),
      );
      return;
    }
    await this.#do(async (signal) => {
      this.store.set({ busy: { what: "Fitting", share: 0 } });
      const onProgress = ({ share }: { share: number }): void => {
        if (!signal.aborted) this.store.set({ busy: { what: "Fitting", share } });
      };
      const ask = { nComponents: k, covarianceType: type, seed, shading: this.shading() };
      const fit = await this.front.call("fit", ask, { signal, onProgress });
      if (!signal.aborted) this.#fitted(fit);
    });
  }

  #fitted(fit: FitAnswer): void {
    const { parameters, shade, logLikelihood } = fit;
    const { xRange, yRange } = this.#state;
    if (parameters.nFeatures === 1) this.store.set({ yRange: withCurves(yRange, xRange, parameters) });
    this.store.set({
      parameters,
      shade,
      fit,
      best: logLikelihood,
      trace: [...fit.trace],
      phase: "e",
      centres: undefined,
    });
  }

  /** Any rows as means: where EM may begin. */
  async randomStart(): Promise<void> {
    const { k, type, seed, rows } = this.#state;
    if (rows.origin.length < k) return;
    await this.#do(async (signal) => {
      const parameters = await this.front.call("start", { nComponents: k, covarianceType: type, seed: seed + 1 });
      if (signal.aborted) return;
      this.store.set({
        parameters,
        shade: undefined,
        trace: [],
        phase: "e",
        fit: undefined,
        seed: seed + 1,
        centres: undefined,
      });
    });
  }

  /** One E-step or M-step, whichever is next. */
  async step(phase: "e" | "m"): Promise<void> {
    await this.#do(async () => {
      // an M-step needs responsibilities of these parameters
      if (phase === "m" && this.#state.phase === "e") await this.#eStep();
      if (phase === "e") await this.#eStep();
      else await this.#mStep();
    });
  }

  async #eStep(): Promise<void> {
    const { parameters, trace } = this.#state;
    if (parameters === undefined) return;
    const { logLikelihood, shade } = await this.front.call("eStep", { parameters, shading: this.shading() });
    this.store.set({ shade, trace: [...trace, logLikelihood], phase: "m", centres: undefined });
  }

  async #mStep(): Promise<void> {
    const parameters = await this.front.call("mStep", { covarianceType: this.#state.type });
    this.store.set({ parameters, phase: "e", fit: undefined });
  }

  /** E-steps and M-steps by turns until EM rests, or somebody stops it. */
  async play(): Promise<void> {
    if (this.#state.parameters === undefined) await this.randomStart();
    await this.#do(async (signal) => {
      this.store.set({ isPlaying: true });
      while (!signal.aborted) {
        const began = performance.now();
        if (this.#state.phase === "e") {
          await this.#eStep();
          if (signal.aborted) return;
          if (isAtRest(this.#state.trace, this.#state.rows.origin.length)) {
            this.#sayRest();
            return;
          }
        } else {
          await this.#mStep();
        }
        await pause(500 / this.#state.speed - (performance.now() - began), signal);
      }
    });
  }

  #sayRest(): void {
    const { trace, best } = this.#state;
    const text = rested(trace[trace.length - 1], trace.length - 1, best);
    this.store.set({ message: { text, isError: false }, best: best ?? trace[trace.length - 1] });
  }

  /** EM from parameters that somebody has put there. */
  async letGo(parameters: Parameters): Promise<void> {
    this.store.set({ parameters, trace: [], phase: "e", fit: undefined });
    await this.play();
  }

  /** Fills the table of criteria; takes the best, if it is to choose. */
  async choose(): Promise<void> {
    const { rows, seed } = this.#state;
    const N = rows.origin.length;
    if (N === 0) return;
    this.#choosing.abort();
    const controller = new AbortController();
    this.#choosing = controller;
    const { signal } = controller;
    this.store.set({ choosing: 0, candidates: [] });
    const covarianceTypes = rows.chosen.length === 1 ? (["full", "tied"] as const) : TYPES;
    const nComponents = Array.from({ length: Math.min(MOST_GROUPS, N) }, (_, i) => i + 1);
    const effort = N > QUICK_ABOVE || rows.chosen.length > 4 ? "quick" : "standard";
    try {
      const { best, candidates } = await this.back.call(
        "select",
        { nComponents, covarianceTypes, seed, effort },
        {
          signal,
          onProgress: ({ share, candidates }) => {
            if (!signal.aborted) this.store.set({ choosing: share, candidates });
          },
        },
      );
      if (signal.aborted) return;
      this.store.set({ candidates, choosing: undefined });
      const { auto, k, type } = this.#state;
      if (auto && (best.nComponents !== k || best.covarianceType !== type)) {
        this.store.set({ k: best.nComponents, type: best.covarianceType, best: undefined });
        await this.fit();
      }
    } catch (error) {
      if (!signal.aborted && (error as Error).name !== "AbortError") this.#fail(error as Error);
    } finally {
      if (this.#choosing === controller) this.store.set({ choosing: undefined });
    }
  }

  /** Colours again: for another theme, or another thing to show. */
  async recolour(): Promise<void> {
    const { parameters, shade, rows } = this.#state;
    if (parameters === undefined || shade === undefined || rows.origin.length === 0) return;
    const answer = await this.front.call("eStep", { parameters, shading: this.shading() });
    if (this.#state.parameters === parameters) this.store.set({ shade: answer.shade });
  }
}

/** Waits; an abort ends it. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, milliseconds));
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
