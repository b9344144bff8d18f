// The picture: points painted into a canvas, everything else in an SVG above it. It draws only when something changed,
// and while colours and ellipses are on their way.
import type { Parameters } from "gaussmix";
import { partWay } from "../logic/geometry.ts";
import { type Scale, ticks, toPixel, toValue, type View } from "../logic/scale.ts";
import { clear, dotOf, paint, type Stamp, type Surface, stampOf } from "../logic/splat.ts";
import { jitter } from "../logic/univariate.ts";
import { byId, isStill } from "./dom.ts";
import { Overlay } from "./overlay.ts";
import type { State, Store } from "./store.ts";

/** How long colours and ellipses take to change, in milliseconds, if nothing hurries them. */
const FADE = 350;

/** Room around the picture for axes. */
const MARGIN = { left: 54, right: 14, top: 12, bottom: 40 };

/** Where points are on the screen, in pixels of CSS. */
export interface Places {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

export class Plot {
  readonly stage = byId("stage");
  readonly #canvas = byId<HTMLCanvasElement>("points");
  readonly #context = this.#canvas.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
  readonly overlay: Overlay;
  readonly #store: Store;
  #image: ImageData | undefined;
  #size = { width: 0, height: 0, ratio: 1 };
  #places: Places = { x: new Float32Array(0), y: new Float32Array(0) };
  #device: Places = this.#places;
  #from: Uint32Array = new Uint32Array(0);
  #to: Uint32Array = new Uint32Array(0);
  #began = Number.NEGATIVE_INFINITY;
  #old: Parameters | undefined;
  #isWaiting = false;
  #jitter: Float64Array = new Float64Array(0);
  #shifted: { readonly rows: readonly number[]; readonly dx: number; readonly dy: number } = { rows: [], dx: 0, dy: 0 };
  /** Whether a handle is held: then its ellipse follows at once. */
  isHeld = false;
  /** Time that the last frames took to draw, in milliseconds: for benches. */
  readonly drawn: number[] = [];

  constructor(store: Store) {
    this.#store = store;
    this.overlay = new Overlay(store);
    new ResizeObserver(() => this.#resize()).observe(this.stage);
    this.#resize();
    store.on(["rows", "i", "j", "xRange", "yRange"], () => this.#move());
    store.on(["shade", "theme", "rows"], (state, changed) => this.#recolour(state, changed));
    store.on(["flags", "picked", "hovered", "contour", "curve", "centres", "tool"], () => this.redraw());
    let last = store.state.parameters;
    store.on(["parameters"], (state) => {
      this.#old = this.isHeld || state.parameters === undefined ? undefined : last;
      last = state.parameters;
      this.#begin();
    });
  }

  /** Data to pixels of CSS. */
  get view(): View {
    const { width, height } = this.#size;
    const { xRange, yRange } = this.#store.state;
    const x: Scale = { low: xRange[0], high: xRange[1], start: MARGIN.left, end: width - MARGIN.right };
    const y: Scale = { low: yRange[0], high: yRange[1], start: height - MARGIN.bottom, end: MARGIN.top };
    return { x, y };
  }

  get places(): Places {
    return this.#places;
  }

  get size(): { readonly width: number; readonly height: number } {
    return this.#size;
  }

  /** The colours that points have, or are going to have. */
  get colours(): Uint32Array {
    return this.#to;
  }

  /** Shows rows some pixels from where they are, while they are dragged. */
  shift(rows: readonly number[], dx: number, dy: number): void {
    this.#shifted = { rows, dx, dy };
    this.redraw();
  }

  /** Asks for a frame. */
  redraw(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    requestAnimationFrame((now) => this.#frame(now));
  }

  #resize(): void {
    const { width, height } = this.stage.getBoundingClientRect();
    const ratio = Math.min(2, devicePixelRatio || 1);
    if (width < 80 || height < 80) return;
    this.#size = { width, height, ratio };
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    this.#image = this.#context.createImageData(this.#canvas.width, this.#canvas.height);
    this.overlay.resize(width, height);
    this.#move();
  }

  /** Places all points. */
  #move(): void {
    const { rows, i, j } = this.#store.state;
    const { view } = this;
    const D = rows.chosen.length;
    const N = rows.origin.length;
    const { ratio } = this.#size;
    if (i === j && this.#jitter.length !== N) this.#jitter = jitter(N);
    const x = new Float32Array(N);
    const y = new Float32Array(N);
    const bottom = toPixel(view.y, 0);
    const band = (view.y.start - bottom - 8) * 0.9;
    for (let n = 0; n < N; n++) {
      x[n] = toPixel(view.x, rows.values[n * D + i]);
      y[n] = i === j ? bottom + 8 + band * this.#jitter[n] : toPixel(view.y, rows.values[n * D + j]);
    }
    this.#places = { x, y };
    this.#device =
      ratio === 1 ? this.#places : { x: x.map((value) => value * ratio), y: y.map((value) => value * ratio) };
    this.redraw();
  }

  /** Fades from the colours that are seen to those that are to be. */
  #recolour({ rows, shade, theme }: State, changed: ReadonlySet<keyof State>): void {
    const N = rows.origin.length;
    const to = shade?.colours.length === N ? shade.colours : new Uint32Array(N).fill(theme.neutral);
    const isFading = this.#to.length === N && !changed.has("theme");
    this.#from = isFading ? this.#seen(performance.now()) : to;
    this.#to = to;
    this.#begin();
  }

  #seen(now: number): Uint32Array {
    return this.#share(now) >= 0.5 ? this.#to : this.#from;
  }

  #begin(): void {
    this.#began = performance.now();
    this.redraw();
  }

  /** How far a change is, from 0 to 1. */
  #share(now: number): number {
    const { isPlaying, speed } = this.#store.state;
    const length = isPlaying ? Math.min(FADE, 450 / speed) : FADE;
    if (this.isHeld || isStill() || length < 20) return 1;
    const share = Math.min(1, Math.max(0, (now - this.#began) / length));
    return share * (2 - share);
  }

  #frame(now: number): void {
    this.#isWaiting = false;
    const began = performance.now();
    const share = this.#share(Math.max(now, this.#began));
    this.#paint(share);
    const { parameters } = this.#store.state;
    const between = parameters && this.#old ? partWay(this.#old, parameters, share) : parameters;
    this.overlay.draw(this.view, between, this.#places);
    if (share < 1) this.redraw();
    this.drawn.push(performance.now() - began);
    if (this.drawn.length > 1000) this.drawn.shift();
  }

  #paint(share: number): void {
    const image = this.#image;
    if (image === undefined) return;
    const { theme, xRange, yRange, i, j } = this.#store.state;
    const { ratio } = this.#size;
    const surface: Surface = { pixels: new Uint32Array(image.data.buffer), width: image.width, height: image.height };
    const { x, y } = this.view;
    clear(surface, theme.background, {
      colour: theme.grid,
      columns: ticks(...xRange, 6).map((tick) => toPixel(x, tick) * ratio),
      rows: ticks(...yRange, 6).flatMap((tick) => (i === j && tick < 0 ? [] : [toPixel(y, tick) * ratio])),
    });
    paint(surface, { ...this.#shiftedPlaces(), from: this.#from, to: this.#to }, dotOf(this.#to.length, ratio), share);
    this.#mark(surface);
    this.#context.putImageData(image, 0, 0);
  }

  #shiftedPlaces(): Places {
    const { rows, dx, dy } = this.#shifted;
    if (rows.length === 0) return this.#device;
    const { ratio } = this.#size;
    const places = { x: this.#device.x.slice(), y: this.#device.y.slice() };
    for (const n of rows) {
      places.x[n] += dx * ratio;
      places.y[n] += dy * ratio;
    }
    return places;
  }

  /** Anomalies and picked rows get larger dots. */
  #mark(surface: Surface): void {
    const { flags, picked, theme } = this.#store.state;
    const { ratio } = this.#size;
    const isDark = theme.background !== 0xffffff;
    const put = (rows: readonly number[], colour: number, stamp: Stamp): void => {
      const x = Float32Array.from(rows, (n) => this.#device.x[n]);
      const y = Float32Array.from(rows, (n) => this.#device.y[n]);
      const colours = new Uint32Array(rows.length).fill(colour);
      paint(surface, { x, y, from: colours, to: colours }, stamp, 1);
    };
    if (flags?.length === this.#to.length) {
      const rows = [...flags.keys()].filter((n) => flags[n] === 1);
      put(rows, isDark ? 0xff5d6c : 0xc4122f, stampOf((rows.length > 300 ? 2.2 : 4.5) * ratio, 0.95));
    }
    if (picked.size > 0) put([...picked], isDark ? 0xffffff : 0x111111, stampOf(4 * ratio, 0.9));
  }

  /** The row nearest to a place on the screen, no farther than some pixels. */
  nearest(x: number, y: number, within: number): number | undefined {
    let best: number | undefined;
    let least = within * within;
    const places = this.#places;
    for (let n = 0; n < places.x.length; n++) {
      const distance = (places.x[n] - x) ** 2 + (places.y[n] - y) ** 2;
      if (distance <= least) [best, least] = [n, distance];
    }
    return best;
  }

  /** The data at a place on the screen. */
  valueAt(x: number, y: number): readonly [number, number] {
    return [toValue(this.view.x, x), toValue(this.view.y, y)];
  }
}
