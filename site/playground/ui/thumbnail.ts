// Small pictures: of presets, and of what several starts led to.
import type { Parameters } from "gaussmix";
import { ellipseIn } from "../logic/files.ts";
import { radiusOf } from "../logic/geometry.ts";
import { colourOf, css, type Theme } from "../logic/palette.ts";
import { rangeOf, type View } from "../logic/scale.ts";
import { clear, paint, stampOf } from "../logic/splat.ts";
import type { Rows } from "../logic/table.ts";
import { histogramOf } from "../logic/univariate.ts";
import { columnOf } from "./ranges.ts";

/** The most points of a thumbnail. */
const MOST = 600;

/** Paints rows, and ellipses if there are any, into a canvas. */
export function paintThumbnail(
  canvas: HTMLCanvasElement,
  rows: Rows,
  theme: Theme,
  parameters?: Parameters,
  axes: readonly [number, number] = [0, 1],
): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const { width, height } = canvas;
  const image = context.createImageData(width, height);
  const surface = { pixels: new Uint32Array(image.data.buffer), width, height };
  clear(surface, theme.background, { colour: theme.grid, columns: [], rows: [] });
  const D = rows.chosen.length;
  const [i, j] = D === 1 ? [0, 0] : axes;
  const x = columnOf(rows, i);
  const xRange = rangeOf(x);
  if (i === j) {
    context.putImageData(image, 0, 0);
    paintBars(context, x, theme);
    return;
  }
  const y = columnOf(rows, j);
  const yRange = rangeOf(y);
  const view: View = {
    x: { low: xRange[0], high: xRange[1], start: 4, end: width - 4 },
    y: { low: yRange[0], high: yRange[1], start: height - 4, end: 4 },
  };
  const step = Math.max(1, Math.ceil(x.length / MOST));
  const kept = (_: number, n: number): boolean => n % step === 0;
  const across = (value: number): number =>
    view.x.start + ((value - xRange[0]) / (xRange[1] - xRange[0])) * (width - 8);
  const up = (value: number): number => view.y.start - ((value - yRange[0]) / (yRange[1] - yRange[0])) * (height - 8);
  const places = { x: Float32Array.from(x.filter(kept), across), y: Float32Array.from(y.filter(kept), up) };
  const colours = new Uint32Array(places.x.length).fill(parameters === undefined ? theme.components[0] : theme.neutral);
  paint(surface, { ...places, from: colours, to: colours }, stampOf(1.7, 0.6), 1);
  context.putImageData(image, 0, 0);
  if (parameters !== undefined) paintEllipses(context, view, parameters, theme, [i, j]);
}

function paintEllipses(
  context: CanvasRenderingContext2D,
  view: View,
  parameters: Parameters,
  theme: Theme,
  [i, j]: readonly [number, number],
): void {
  context.lineWidth = 3;
  for (let k = 0; k < parameters.nComponents; k++) {
    const { cx, cy, long, short, degrees } = ellipseIn(view, parameters, k, i, j);
    const radius = radiusOf(0.8);
    context.strokeStyle = css(colourOf(theme, k));
    context.beginPath();
    context.ellipse(cx, cy, long * radius, short * radius, (degrees * Math.PI) / 180, 0, 2 * Math.PI);
    context.stroke();
  }
}

function paintBars(context: CanvasRenderingContext2D, x: Float64Array, theme: Theme): void {
  const { width, height } = context.canvas;
  const { heights } = histogramOf(x);
  const most = Math.max(...heights, 1e-300);
  context.fillStyle = css(theme.components[0]);
  const bar = (width - 12) / Math.max(1, heights.length);
  for (const [n, value] of heights.entries()) {
    const size = ((height - 12) * value) / most;
    context.fillRect(6 + n * bar, height - 6 - size, Math.max(1, bar - 1), size);
  }
}
