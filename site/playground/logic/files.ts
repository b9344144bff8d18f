// The picture as a file: an SVG that any program can open, with the ellipses as they are shown.
import type { Parameters } from "gaussmix";
import { axesOf, pairOf, radiusOf } from "./geometry.ts";
import { colourOf, css, type Theme } from "./palette.ts";
import { shown, ticks, toPixel, type View } from "./scale.ts";

/** Shares of a component within the ellipses shown. */
export const MASSES = [0.5, 0.95] as const;
/** An SVG with more points than this is of no use to anybody. */
const MOST_POINTS = 20_000;

/** What the picture shows. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly view: View;
  readonly theme: Theme;
  readonly title: string;
  readonly description: string;
  readonly names: readonly [x: string, y: string];
  /** Places in pixels and colours of the points. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly colours: Uint32Array;
  /** The mixture, and which two of its columns are shown; undefined where there is one column, or none is fitted. */
  readonly mixture: { readonly parameters: Parameters; readonly i: number; readonly j: number } | undefined;
  /** Further paths, as SVG's `d`, each with a colour. */
  readonly paths: readonly { readonly d: string; readonly colour: string }[];
}

/** A text within SVG. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

const place = (value: number): string => String(Math.round(value * 10) / 10);

/** An ellipse of a component in pixels: for SVG's `transform` and radii. */
export function ellipseIn(
  view: View,
  parameters: Parameters,
  k: number,
  i: number,
  j: number,
): { cx: number; cy: number; long: number; short: number; degrees: number } {
  const D = parameters.nFeatures;
  const [sx, sy] = [view.x, view.y].map(({ low, high, start, end }) => (end - start) / (high - low));
  const [xx, xy, yy] = pairOf(parameters, k, i, j);
  const { long, short, angle } = axesOf([xx * sx * sx, xy * sx * sy, yy * sy * sy]);
  return {
    cx: toPixel(view.x, parameters.means[k * D + i]),
    cy: toPixel(view.y, parameters.means[k * D + j]),
    ...{ long, short, degrees: (angle * 180) / Math.PI },
  };
}

/** The picture as the text of an SVG. */
export function svgOf(picture: Picture): string {
  const { width, height, view, theme, names } = picture;
  const ink = theme.background === 0xffffff ? "#1c252e" : "#e6ebf0";
  const step = Math.max(1, Math.ceil(picture.x.length / MOST_POINTS));
  const points: string[] = [];
  for (let n = 0; n < picture.x.length; n += step) {
    points.push(
      `<circle cx="${place(picture.x[n])}" cy="${place(picture.y[n])}" r="2" fill="${css(picture.colours[n])}"/>`,
    );
  }
  const paths = picture.paths.map(
    ({ d, colour }) => `<path d="${d}" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escaped(picture.title)}</title><desc>${escaped(picture.description)}</desc>`,
    `<rect width="${width}" height="${height}" fill="${css(theme.background)}"/>`,
    `<g fill-opacity="0.7">${points.join("")}</g>`,
    ...paths,
    ...ellipses(picture),
    ...axes(view, height, ink),
    `<text x="${place((view.x.start + view.x.end) / 2)}" y="${height - 4}" fill="${ink}" text-anchor="middle">${escaped(names[0])}</text>`,
    `<text transform="translate(12 ${place((view.y.start + view.y.end) / 2)}) rotate(-90)" fill="${ink}" text-anchor="middle">${escaped(names[1])}</text>`,
    "</svg>\n",
  ].join("\n");
}

function ellipses({ mixture, view, theme }: Picture): string[] {
  if (mixture === undefined) return [];
  const { parameters, i, j } = mixture;
  return Array.from(parameters.weights, (_, k) => {
    const { cx, cy, long, short, degrees } = ellipseIn(view, parameters, k, i, j);
    const colour = css(colourOf(theme, k));
    const rings = MASSES.map((mass) => {
      const radius = radiusOf(mass);
      return `<ellipse rx="${place(long * radius)}" ry="${place(short * radius)}" fill="none" stroke="${colour}" stroke-width="2"/>`;
    });
    return `<g transform="translate(${place(cx)} ${place(cy)}) rotate(${place(degrees)})">${rings.join("")}<circle r="4" fill="${colour}"/></g>`;
  });
}

function axes(view: View, height: number, ink: string): string[] {
  const [left, bottom] = [view.x.start, view.y.start];
  const along = ticks(view.x.low, view.x.high, 6).map(
    (tick) =>
      `<text x="${place(toPixel(view.x, tick))}" y="${place(bottom + 16)}" fill="${ink}" text-anchor="middle">${shown(tick)}</text>`,
  );
  const up = ticks(view.y.low, view.y.high, 6).map(
    (tick) =>
      `<text x="${left - 6}" y="${place(toPixel(view.y, tick) + 4)}" fill="${ink}" text-anchor="end">${shown(tick)}</text>`,
  );
  return [
    ...along,
    ...up,
    `<path d="M${left} ${Math.min(height, bottom)}H${view.x.end}M${left} ${bottom}V${view.y.end}" stroke="${ink}" fill="none"/>`,
  ];
}
