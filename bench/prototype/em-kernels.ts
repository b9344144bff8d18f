// prototype: fused EM for full covariance; X packed in tiles: [tile][d][T]
// EXP_FLOOR is a constant that the compiler is given; it was 708. See dense.mjs.
function exp2v(x: v128): v128 {
  // exp(x) for x<=0, clamp at -EXP_FLOOR
  x = f64x2.max(x, f64x2.splat(-(<f64>EXP_FLOOR)));
  const n = f64x2.nearest(f64x2.mul(x, f64x2.splat(Math.LOG2E)));
  let r = f64x2.sub(x, f64x2.mul(n, f64x2.splat(6.93145751953125e-1)));
  r = f64x2.sub(r, f64x2.mul(n, f64x2.splat(1.4286068203094173e-6)));
  let p = f64x2.splat(1.0 / 479001600.0);
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 39916800.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 3628800.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 362880.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 40320.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 5040.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 720.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 120.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 24.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0 / 6.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.5));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.0));
  // scale by 2^n : add n<<52 to bits
  // n + 1.5*2^52 trick to get integer bits
  const t = f64x2.add(n, f64x2.splat(6755399441055744.0));
  const e = i64x2.shl(t, 52);
  return i64x2.add(p, e);
}

// Z[d][T] = X[d][T]-mu ;
function center(X: usize, mu: usize, Z: usize, d: i32, T: i32): void {
  for (let i = 0; i < d; i++) {
    const m = v128.load64_splat(mu + ((<usize>i) << 3));
    const end = Z + ((<usize>T) << 3);
    for (; Z < end; Z += 32, X += 32) {
      v128.store(Z, f64x2.sub(v128.load(X), m));
      v128.store(Z, f64x2.sub(v128.load(X, 16), m), 16);
    }
  }
}

// q[n] = logc - 0.5*|P z|^2 ; P lower-triangular stored row-major full d x d (even d assumed; pad)
function quad(Z: usize, P: usize, out: usize, logc: f64, d: i32, T: i32): void {
  const rowB = (<usize>T) << 3;
  const pRow = (<usize>d) << 3;
  for (let s: usize = 0; s < rowB; s += 64) {
    let q0 = f64x2.splat(0),
      q1 = f64x2.splat(0),
      q2 = f64x2.splat(0),
      q3 = f64x2.splat(0);
    let pr = P;
    for (let i = 0; i < d; i += 2) {
      let a0 = f64x2.splat(0),
        a1 = a0,
        a2 = a0,
        a3 = a0;
      let b0 = a0,
        b1 = a0,
        b2 = a0,
        b3 = a0;
      let z = Z + s;
      let p = pr;
      const pend = pr + ((<usize>(i + 2)) << 3);
      for (; p < pend; p += 8, z += rowB) {
        const x0 = v128.load(z),
          x1 = v128.load(z, 16),
          x2 = v128.load(z, 32),
          x3 = v128.load(z, 48);
        const ca = v128.load64_splat(p);
        const cb = v128.load64_splat(p + pRow);
        a0 = f64x2.add(a0, f64x2.mul(ca, x0));
        a1 = f64x2.add(a1, f64x2.mul(ca, x1));
        a2 = f64x2.add(a2, f64x2.mul(ca, x2));
        a3 = f64x2.add(a3, f64x2.mul(ca, x3));
        b0 = f64x2.add(b0, f64x2.mul(cb, x0));
        b1 = f64x2.add(b1, f64x2.mul(cb, x1));
        b2 = f64x2.add(b2, f64x2.mul(cb, x2));
        b3 = f64x2.add(b3, f64x2.mul(cb, x3));
      }
      q0 = f64x2.add(q0, f64x2.add(f64x2.mul(a0, a0), f64x2.mul(b0, b0)));
      q1 = f64x2.add(q1, f64x2.add(f64x2.mul(a1, a1), f64x2.mul(b1, b1)));
      q2 = f64x2.add(q2, f64x2.add(f64x2.mul(a2, a2), f64x2.mul(b2, b2)));
      q3 = f64x2.add(q3, f64x2.add(f64x2.mul(a3, a3), f64x2.mul(b3, b3)));
      pr += pRow << 1;
    }
    const h = f64x2.splat(-0.5),
      c = f64x2.splat(logc);
    v128.store(out + s, f64x2.add(c, f64x2.mul(h, q0)));
    v128.store(out + s, f64x2.add(c, f64x2.mul(h, q1)), 16);
    v128.store(out + s, f64x2.add(c, f64x2.mul(h, q2)), 32);
    v128.store(out + s, f64x2.add(c, f64x2.mul(h, q3)), 48);
  }
}

function hsum(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

// S2[i][j] += sum_n W[i][n] Z[j][n], lower triangle (blocks of 2x4)
function syrk(W: usize, Z: usize, S: usize, d: i32, T: i32): void {
  const rowB = (<usize>T) << 3;
  const sRow = (<usize>d) << 3;
  for (let i = 0; i < d; i += 2) {
    const w0 = W + <usize>i * rowB;
    for (let j = 0; j < i + 2; j += 4) {
      const z0 = Z + <usize>j * rowB;
      if (j + 4 <= d) {
        let a0 = f64x2.splat(0),
          a1 = a0,
          a2 = a0,
          a3 = a0;
        let b0 = a0,
          b1 = a0,
          b2 = a0,
          b3 = a0;
        for (let s: usize = 0; s < rowB; s += 16) {
          const wa = v128.load(w0 + s),
            wb = v128.load(w0 + rowB + s);
          const x0 = v128.load(z0 + s),
            x1 = v128.load(z0 + rowB + s),
            x2 = v128.load(z0 + (rowB << 1) + s),
            x3 = v128.load(z0 + rowB * 3 + s);
          a0 = f64x2.add(a0, f64x2.mul(wa, x0));
          a1 = f64x2.add(a1, f64x2.mul(wa, x1));
          a2 = f64x2.add(a2, f64x2.mul(wa, x2));
          a3 = f64x2.add(a3, f64x2.mul(wa, x3));
          b0 = f64x2.add(b0, f64x2.mul(wb, x0));
          b1 = f64x2.add(b1, f64x2.mul(wb, x1));
          b2 = f64x2.add(b2, f64x2.mul(wb, x2));
          b3 = f64x2.add(b3, f64x2.mul(wb, x3));
        }
        const o = S + <usize>i * sRow + ((<usize>j) << 3);
        store<f64>(o, load<f64>(o) + hsum(a0));
        store<f64>(o, load<f64>(o, 8) + hsum(a1), 8);
        store<f64>(o, load<f64>(o, 16) + hsum(a2), 16);
        store<f64>(o, load<f64>(o, 24) + hsum(a3), 24);
        const p = o + sRow;
        store<f64>(p, load<f64>(p) + hsum(b0));
        store<f64>(p, load<f64>(p, 8) + hsum(b1), 8);
        store<f64>(p, load<f64>(p, 16) + hsum(b2), 16);
        store<f64>(p, load<f64>(p, 24) + hsum(b3), 24);
      } else {
        for (let jj = j; jj < d; jj++) {
          let a0 = f64x2.splat(0),
            b0 = a0;
          const zz = Z + <usize>jj * rowB;
          for (let s: usize = 0; s < rowB; s += 16) {
            const x0 = v128.load(zz + s);
            a0 = f64x2.add(a0, f64x2.mul(v128.load(w0 + s), x0));
            b0 = f64x2.add(b0, f64x2.mul(v128.load(w0 + rowB + s), x0));
          }
          const o = S + <usize>i * sRow + ((<usize>jj) << 3);
          store<f64>(o, load<f64>(o) + hsum(a0));
          store<f64>(o + sRow, load<f64>(o + sRow) + hsum(b0));
        }
      }
    }
  }
}

function emTile(
  X: usize,
  d: i32,
  T: i32,
  K: i32,
  mu: usize,
  P: usize,
  logc: usize,
  Z: usize,
  W: usize,
  L: usize,
  Nk: usize,
  S1: usize,
  S2: usize,
  prune: f64,
): f64 {
  const rowB = (<usize>T) << 3;
  const dd = (<usize>d * <usize>d) << 3;
  for (let k = 0; k < K; k++) {
    center(X, mu + ((<usize>(k * d)) << 3), Z, d, T);
    quad(Z, P + <usize>k * dd, L + <usize>k * rowB, load<f64>(logc + ((<usize>k) << 3)), d, T);
  }
  // log-sum-exp
  let ll = 0.0;
  for (let s: usize = 0; s < rowB; s += 16) {
    let m = v128.load(L + s);
    for (let k = 1; k < K; k++) m = f64x2.pmax(m, v128.load(L + <usize>k * rowB + s));
    let sum = f64x2.splat(0);
    for (let k = 0; k < K; k++) {
      const p = L + <usize>k * rowB + s;
      const e = exp2v(f64x2.sub(v128.load(p), m));
      v128.store(p, e);
      sum = f64x2.add(sum, e);
    }
    const inv = f64x2.div(f64x2.splat(1), sum);
    for (let k = 0; k < K; k++) {
      const p = L + <usize>k * rowB + s;
      v128.store(p, f64x2.mul(v128.load(p), inv));
    }
    ll +=
      f64x2.extract_lane(m, 0) +
      f64x2.extract_lane(m, 1) +
      Math.log(f64x2.extract_lane(sum, 0) * f64x2.extract_lane(sum, 1));
  }
  for (let k = 0; k < K; k++) {
    const r = L + <usize>k * rowB;
    let acc = f64x2.splat(0);
    for (let s: usize = 0; s < rowB; s += 16) acc = f64x2.add(acc, v128.load(r + s));
    const tot = hsum(acc);
    store<f64>(Nk + ((<usize>k) << 3), load<f64>(Nk + ((<usize>k) << 3)) + tot);
    if (tot < prune) continue;
    const m = mu + ((<usize>(k * d)) << 3);
    const s1 = S1 + ((<usize>(k * d)) << 3);
    for (let i = 0; i < d; i++) {
      const mm = v128.load64_splat(m + ((<usize>i) << 3));
      let a = f64x2.splat(0);
      const xb = X + <usize>i * rowB,
        zb = Z + <usize>i * rowB,
        wb = W + <usize>i * rowB;
      for (let s: usize = 0; s < rowB; s += 16) {
        const z = f64x2.sub(v128.load(xb + s), mm);
        const w = f64x2.mul(v128.load(r + s), z);
        v128.store(zb + s, z);
        v128.store(wb + s, w);
        a = f64x2.add(a, w);
      }
      store<f64>(s1 + ((<usize>i) << 3), load<f64>(s1 + ((<usize>i) << 3)) + hsum(a));
    }
    syrk(W, Z, S2 + <usize>k * dd, d, T);
  }
  return ll;
}

export function emPass(
  X: usize,
  nTiles: i32,
  d: i32,
  T: i32,
  K: i32,
  mu: usize,
  P: usize,
  logc: usize,
  Z: usize,
  W: usize,
  L: usize,
  Nk: usize,
  S1: usize,
  S2: usize,
  prune: f64,
): f64 {
  let ll = 0.0;
  const step = (<usize>d * <usize>T) << 3;
  for (let t = 0; t < nTiles; t++) {
    ll += emTile(X, d, T, K, mu, P, logc, Z, W, L, Nk, S1, S2, prune);
    X += step;
  }
  return ll;
}
