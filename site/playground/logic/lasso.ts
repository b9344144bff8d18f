// Which points lie within a line drawn around them.

/** Whether a point is within a polygon: a ray from it crosses the outline an odd number of times. */
export function isWithin(x: number, y: number, outline: readonly (readonly [number, number])[]): boolean {
  let inside = false;
  for (let a = 0, b = outline.length - 1; a < outline.length; b = a++) {
    const [xa, ya] = outline[a];
    const [xb, yb] = outline[b];
    if (ya > y !== yb > y && x < xa + ((y - ya) / (yb - ya)) * (xb - xa)) inside = !inside;
  }
  return inside;
}

/** The points within an outline, by index. */
export function within(
  { x, y }: { readonly x: Float32Array; readonly y: Float32Array },
  outline: readonly (readonly [number, number])[],
): number[] {
  const found: number[] = [];
  for (let n = 0; n < x.length; n++) if (isWithin(x[n], y[n], outline)) found.push(n);
  return found;
}
