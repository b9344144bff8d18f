// Lines of equal height through a grid of numbers: marching squares (Lorensen & Cline 1987, in two dimensions).

/** Pieces of the line where a grid crosses a level: [x1, y1, x2, y2], in units of the given places. */
export type Segment = readonly [x1: number, y1: number, x2: number, y2: number];

/** Which edges of a cell the line joins, by which corners lie above: 0 lower, 1 right, 2 upper, 3 left. */
const EDGES: readonly (readonly number[])[] = [
  [],
  [3, 0],
  [0, 1],
  [3, 1],
  [1, 2],
  [3, 0, 1, 2],
  [0, 2],
  [3, 2],
  [2, 3],
  [2, 0],
  [0, 1, 2, 3],
  [2, 1],
  [1, 3],
  [1, 0],
  [0, 3],
  [],
];

/**
 * @param heights - [y.length, x.length], row-major. Minus infinity counts as far below.
 * @param x - ascending places of the columns.
 * @param y - places of the rows.
 */
export function contour(heights: Float64Array, x: Float64Array, y: Float64Array, level: number): Segment[] {
  const width = x.length;
  const segments: Segment[] = [];
  const height = (i: number, j: number): number => Math.max(-1e300, heights[i * width + j] - level);
  for (let i = 0; i + 1 < y.length; i++) {
    for (let j = 0; j + 1 < width; j++) {
      const corners = [height(i, j), height(i, j + 1), height(i + 1, j + 1), height(i + 1, j)];
      const edges = EDGES[corners.reduce((code, value, bit) => code | (value >= 0 ? 1 << bit : 0), 0)];
      for (let e = 0; e < edges.length; e += 2) {
        const [x1, y1] = crossing(edges[e], corners, x, y, i, j);
        const [x2, y2] = crossing(edges[e + 1], corners, x, y, i, j);
        segments.push([x1, y1, x2, y2]);
      }
    }
  }
  return segments;
}

/** Where the line crosses an edge. */
function crossing(
  edge: number,
  corners: readonly number[],
  x: Float64Array,
  y: Float64Array,
  i: number,
  j: number,
): readonly [number, number] {
  const [a, b] = [corners[edge], corners[(edge + 1) % 4]];
  const share = a / (a - b);
  const places: readonly (readonly [number, number])[] = [
    [x[j], y[i]],
    [x[j + 1], y[i]],
    [x[j + 1], y[i + 1]],
    [x[j], y[i + 1]],
  ];
  const [from, to] = [places[edge], places[(edge + 1) % 4]];
  return [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
}

/** `count` places from one number to another, both included. */
export function along(from: number, to: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / Math.max(1, count - 1));
}
