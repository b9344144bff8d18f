// Data to begin with: made from seeds, or two small tables that everybody knows.
import type { CovarianceType } from "gaussmix";
import { FAITHFUL, IRIS_PETALS } from "./preset-data.ts";
import { normal, uniform } from "./random.ts";
import { type Table, tableOf } from "./table.ts";

/** A data set to choose, and how it is shown. */
export interface Preset {
  readonly name: string;
  readonly title: string;
  /** One sentence: what there is to see. */
  readonly hint: string;
  readonly nComponents: number;
  readonly covarianceType: CovarianceType;
  /** Names of the columns to fit; default: all of numbers. */
  readonly columns?: readonly string[];
  readonly make: () => Table;
  /** Some of the rows, for a thumbnail; default: all. */
  readonly small?: () => Table;
}

/** A cloud of points: how many, around what, how wide along two directions, and how the first one is turned. */
interface Cloud {
  readonly n: number;
  readonly at: readonly [number, number];
  readonly wide: readonly [number, number];
  readonly turned?: number;
}

/** Points of several clouds, rounded as if measured. */
function clouds(seed: number, list: readonly Cloud[]): Table {
  const next = normal(seed);
  const x: number[] = [];
  const y: number[] = [];
  for (const { n, at, wide, turned = 0 } of list) {
    const [cos, sin] = [Math.cos(turned), Math.sin(turned)];
    for (let i = 0; i < n; i++) {
      const [u, v] = [next() * wide[0], next() * wide[1]];
      x.push(rounded(at[0] + u * cos - v * sin));
      y.push(rounded(at[1] + u * sin + v * cos));
    }
  }
  return tableOf({ x, y });
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** The columns of a table written as text. */
function columnsOf(text: string, names: readonly string[]): Table {
  const rows = text.split(" ").map((row) => row.split(",").map(Number));
  return tableOf(Object.fromEntries(names.map((name, i) => [name, rows.map((row) => row[i])])));
}

function iris(): Table {
  const table = columnsOf(IRIS_PETALS, ["petal length", "petal width"]);
  const species = ["setosa", "versicolor", "virginica"];
  const texts = Array.from({ length: table.nRows }, (_, row) => species[Math.floor(row / 50)]);
  return { ...table, columns: [...table.columns, { name: "species", numbers: undefined, texts }] };
}

function wave(): Table {
  const next = normal(8);
  const any = uniform(9);
  const x = Array.from({ length: 700 }, () => rounded(10 * any()));
  const y = x.map((value) => rounded(Math.sin(value) * 2 + 0.35 * (0.6 + 0.1 * value) * next()));
  return tableOf({ x, y });
}

/** A landscape of `width` times `height` pixels with the noise of a camera: rows of red, green and blue. */
export function landscape(width: number, height: number): Table {
  const next = normal(7);
  const parts: readonly [rgb: readonly number[], left: number, top: number, right: number, bottom: number][] = [
    [[125, 183, 232], 0, 0, 1, 1],
    [[93, 154, 60], 0, 0.62, 1, 1],
    [[242, 207, 74], 0.72, 0.1, 0.86, 0.29],
    [[156, 59, 46], 0.19, 0.38, 0.53, 0.79],
  ];
  const channels = [0, 1, 2].map(() => new Float64Array(width * height));
  for (let n = 0; n < width * height; n++) {
    const [u, v] = [(n % width) / width, Math.floor(n / width) / height];
    const part = parts.findLast(([, l, t, r, b]) => u >= l && u < r && v >= t && v < b) ?? parts[0];
    for (const [c, channel] of channels.entries()) {
      channel[n] = Math.round(Math.min(255, Math.max(0, part[0][c] + 12 * next())));
    }
  }
  return tableOf({ red: channels[0], green: channels[1], blue: channels[2] });
}

/** The size of the picture that is a preset. */
export const LANDSCAPE = { width: 240, height: 160 };

export const PRESETS: readonly Preset[] = [
  {
    ...{ name: "faithful", title: "Old Faithful", nComponents: 2, covarianceType: "full" },
    hint: "272 eruptions of a geyser: short ones are followed by short waits, long ones by long waits.",
    make: () => columnsOf(FAITHFUL, ["eruption (min)", "waiting (min)"]),
  },
  {
    ...{ name: "separated", title: "Well separated", nComponents: 3, covarianceType: "full" },
    hint: "Three round groups far apart: every start finds them. Press Random start, then Play.",
    make: () =>
      clouds(1, [
        { n: 200, at: [-3, -1], wide: [0.7, 0.7] },
        { n: 200, at: [3, -1.5], wide: [0.8, 0.8] },
        { n: 200, at: [0.3, 3], wide: [0.6, 0.6] },
      ]),
  },
  {
    ...{ name: "stretched", title: "Stretched", nComponents: 3, covarianceType: "full" },
    hint: "Long, thin groups side by side. k-means cuts them across, as it only knows distances; a mixture learns their shape.",
    make: () =>
      clouds(2, [
        { n: 250, at: [0, 2.1], wide: [2.6, 0.3], turned: 0.35 },
        { n: 250, at: [0, 0], wide: [2.6, 0.3], turned: 0.35 },
        { n: 250, at: [0, -2.1], wide: [2.6, 0.3], turned: 0.35 },
      ]),
  },
  {
    ...{ name: "spike", title: "A spurious spike", nComponents: 2, covarianceType: "full" },
    hint: "Six rows lie on a line by chance. Drag a mean onto them, make its ellipse small and let go: the likelihood soars, and says nothing.",
    make: () =>
      clouds(3, [
        { n: 120, at: [-1.2, 0], wide: [1.1, 0.9] },
        { n: 120, at: [1.6, 0.6], wide: [0.8, 1.1] },
        { n: 6, at: [3.4, -2.6], wide: [0.25, 0.0015], turned: 0.6 },
      ]),
  },
  {
    ...{ name: "unequal", title: "Unequal sizes", nComponents: 3, covarianceType: "full" },
    hint: "900 rows, 90 and 25. k-means cuts the large group up to make sizes alike; weights let a mixture keep the small ones.",
    make: () =>
      clouds(4, [
        { n: 900, at: [-0.8, 0], wide: [1.6, 1.3] },
        { n: 90, at: [4.1, 2.2], wide: [0.35, 0.4] },
        { n: 25, at: [3.9, -2.4], wide: [0.25, 0.25] },
      ]),
  },
  {
    ...{ name: "outlier", title: "One outlier", nComponents: 2, covarianceType: "full" },
    hint: "Two groups and a row far away. Drag it nearer or away and watch what it does to the ellipses; the anomaly slider finds it.",
    make: () =>
      clouds(5, [
        { n: 150, at: [-1.5, 0], wide: [0.7, 0.5], turned: 0.5 },
        { n: 150, at: [1.5, 0.8], wide: [0.6, 0.6] },
        { n: 1, at: [6, -5], wide: [0, 0] },
      ]),
  },
  {
    ...{ name: "iris-width", title: "Iris, one column", nComponents: 3, covarianceType: "full" },
    hint: "The widths of 150 petals, one column alone: a narrow component near 0.25 cm and two wider ones that overlap.",
    columns: ["petal width"],
    make: iris,
  },
  {
    ...{ name: "iris-petals", title: "Iris petals", nComponents: 3, covarianceType: "full" },
    hint: "Length and width of 150 petals of three species. The model does not know the species, and finds them all the same.",
    make: iris,
  },
  {
    ...{ name: "wave", title: "A wave", nComponents: 6, covarianceType: "full" },
    hint: "A curve with noise. Switch on the regression: the mixture says which y to expect at every x, and how sure it is.",
    make: wave,
  },
  {
    ...{ name: "picture", title: "A picture", nComponents: 4, covarianceType: "full" },
    hint: "Every pixel is a row of red, green and blue: the groups are the colours of the picture. Take a photograph of yours below.",
    make: () => landscape(LANDSCAPE.width, LANDSCAPE.height),
  },
  {
    ...{ name: "large", title: "100,000 points", nComponents: 5, covarianceType: "full" },
    hint: "A hundred thousand rows in five groups. The fit runs beside the page, which stays smooth.",
    make: () => fiveClouds(100_000),
    small: () => fiveClouds(600),
  },
  {
    ...{ name: "blank", title: "Your own points", nComponents: 2, covarianceType: "full" },
    hint: "An empty sheet: choose Add, then click or press Enter to put points down.",
    make: () => tableOf({ x: [], y: [] }),
  },
];

/** Rows in five groups: to see how much the page can bear. */
export function fiveClouds(n: number): Table {
  return clouds(6, [
    { n: 0.3 * n, at: [-3, 0], wide: [1.2, 0.5], turned: 0.9 },
    { n: 0.25 * n, at: [2, 2], wide: [0.9, 0.9] },
    { n: 0.2 * n, at: [2.5, -2.2], wide: [1.4, 0.4], turned: -0.4 },
    { n: 0.15 * n, at: [-1.2, 3.4], wide: [0.6, 0.35] },
    { n: 0.1 * n, at: [-0.6, -3], wide: [0.5, 0.7] },
  ]);
}

/** A preset by name; the first one for a name that there is not. */
export function presetOf(name: string): Preset {
  return PRESETS.find((preset) => preset.name === name) ?? PRESETS[0];
}
