// The machine's roof: multiply-adds of two 64-bit floats in registers, nothing else. AssemblyScript.

/**
 * CHAINS chains of a = a m + c that do not wait for each other. CHAINS is a constant that the compiler is given
 * (`--use CHAINS=8`), 6 to 14: it decides the branches and leaves the chains beyond out.
 * m and c are arguments, 0.5 and 1 to stay finite: engines load constants anew at every use.
 */
export function run(steps: i32, factor: f64, term: f64): f64 {
  const m = f64x2.splat(factor);
  const c = f64x2.splat(term);
  let a0 = c,
    a1 = c,
    a2 = c,
    a3 = c,
    a4 = c,
    a5 = c,
    a6 = c,
    a7 = c,
    a8 = c,
    a9 = c,
    a10 = c,
    a11 = c,
    a12 = c,
    a13 = c;
  for (let i = 0; i < steps; ++i) {
    a0 = f64x2.add(f64x2.mul(a0, m), c);
    a1 = f64x2.add(f64x2.mul(a1, m), c);
    a2 = f64x2.add(f64x2.mul(a2, m), c);
    a3 = f64x2.add(f64x2.mul(a3, m), c);
    a4 = f64x2.add(f64x2.mul(a4, m), c);
    a5 = f64x2.add(f64x2.mul(a5, m), c);
    if (CHAINS > 6) a6 = f64x2.add(f64x2.mul(a6, m), c);
    if (CHAINS > 7) a7 = f64x2.add(f64x2.mul(a7, m), c);
    if (CHAINS > 8) a8 = f64x2.add(f64x2.mul(a8, m), c);
    if (CHAINS > 9) a9 = f64x2.add(f64x2.mul(a9, m), c);
    if (CHAINS > 10) a10 = f64x2.add(f64x2.mul(a10, m), c);
    if (CHAINS > 11) a11 = f64x2.add(f64x2.mul(a11, m), c);
    if (CHAINS > 12) a12 = f64x2.add(f64x2.mul(a12, m), c);
    if (CHAINS > 13) a13 = f64x2.add(f64x2.mul(a13, m), c);
  }
  let s = f64x2.add(f64x2.add(f64x2.add(a0, a1), f64x2.add(a2, a3)), f64x2.add(a4, a5));
  s = f64x2.add(
    s,
    f64x2.add(f64x2.add(f64x2.add(a6, a7), f64x2.add(a8, a9)), f64x2.add(f64x2.add(a10, a11), f64x2.add(a12, a13))),
  );
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}
