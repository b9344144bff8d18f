// Ward's agglomeration: from each point alone to all in one cluster, two clusters at a time.

/** Bytes that `agglomerate` needs of scratch. */
export function agglomerateScratchBytes(n: i32, D: i32): usize {
  return (<usize>D << 3) + (<usize>n * 3 << 2);
}

/**
 * Merges clusters until one is left, each time two that are each other's nearest: a and b are as far apart as the sum of squared
 * distances to the centres grows when they merge, m_a m_b / (m_a + m_b) |c_a - c_b|². The merges in order of their heights are
 * those of the method that always merges the nearest two of all, as no merge brings others closer.
 *
 * points  [D, stride] f64, in: coordinate by coordinate, n of each; out: destroyed. stride is even and larger than n.
 * mass    [stride] f64, in: of each point, above 0; out: destroyed.
 * merges  [n - 1, 2] i32, out: pairs of clusters, each named by the first of its points, that of the first ahead.
 * heights [n - 1] f64, out: how far apart they were.
 * scratch `agglomerateScratchBytes`.
 * Of clusters that are equally near, the one before in the chain is taken, then the first in memory.
 * Source: Ward 1963, J. Am. Stat. Assoc. 58:236; the chain of nearest neighbours: Murtagh 1983, Comput. J. 26:354.
 */
export function agglomerate(points: usize, mass: usize, n: i32, D: i32, stride: i32, merges: usize, heights: usize, scratch: usize): void {
  const rowBytes = <usize>stride << 3;
  const ids = scratch + (<usize>D << 3);
  const slots = ids + (<usize>n << 2);
  const chain = slots + (<usize>n << 2);
  for (let i = 0; i < n; ++i) {
    store<i32>(ids + (<usize>i << 2), i);
    store<i32>(slots + (<usize>i << 2), i);
  }
  for (let i = n; i < stride; ++i) clear(points, mass, rowBytes, i, D);
  for (let left = n, links = 0; left > 1;) {
    if (links == 0) store<i32>(chain, load<i32>(ids)), links = 1;
    const a = load<i32>(chain + (<usize>(links - 1) << 2));
    const before = links > 1 ? load<i32>(slots + (<usize>load<i32>(chain + (<usize>(links - 2) << 2)) << 2)) : -1;
    const nearest = nearestTo(points, mass, rowBytes, D, left, load<i32>(slots + (<usize>a << 2)), before, scratch);
    const b = load<i32>(ids + (<usize>nearest << 2));
    // the one before, but for rounding, which may make an earlier one the nearest
    let place = links - 2;
    while (place >= 0 && load<i32>(chain + (<usize>place << 2)) != b) --place;
    if (place < 0) {
      store<i32>(chain + (<usize>links << 2), b);
      ++links;
      continue;
    }
    links = place;
    --left;
    store<i32>(merges, min(a, b));
    store<i32>(merges, max(a, b), 4);
    store<f64>(heights, load<f64>(scratch));
    merges += 8;
    heights += 8;
    const gone = load<i32>(slots + (<usize>max(a, b) << 2)), last = load<i32>(ids + (<usize>left << 2));
    join(points, mass, rowBytes, D, load<i32>(slots + (<usize>min(a, b) << 2)), gone);
    // the last takes the place of the one that is gone
    for (let d = 0, row = points; d < D; ++d, row += rowBytes) {
      store<f64>(row + (<usize>gone << 3), load<f64>(row + (<usize>left << 3)));
    }
    store<f64>(mass + (<usize>gone << 3), load<f64>(mass + (<usize>left << 3)));
    store<i32>(ids + (<usize>gone << 2), last);
    store<i32>(slots + (<usize>last << 2), gone);
    clear(points, mass, rowBytes, left, D);
  }
}

/**
 * The slot, of the first `left`, of the cluster nearest to that in `slot`: `before` if none is nearer, or -1 for no preference.
 * scratch [D] f64; its first number becomes how far the nearest is.
 */
function nearestTo(points: usize, mass: usize, rowBytes: usize, D: i32, left: i32, slot: i32, before: i32, scratch: usize): i32 {
  // out of its own way
  for (let d = 0, at = points + (<usize>slot << 3); d < D; ++d, at += rowBytes) {
    store<f64>(scratch + (<usize>d << 3), load<f64>(at));
    store<f64>(at, Infinity);
  }
  const m = load<f64>(mass + (<usize>slot << 3));
  // any will do if all are too far for a number
  let nearest = before >= 0 ? before : slot == 0 ? 1 : 0;
  let least = before >= 0 ? apart(points, mass, rowBytes, scratch, m, before, D) : Infinity;
  for (let i = 0; i < left; i += 2) {
    let sum = f64x2.splat(0);
    for (let d: usize = 0, at = points + (<usize>i << 3); d < <usize>D << 3; d += 8, at += rowBytes) {
      const z = f64x2.sub(v128.load(at), v128.load64_splat(scratch + d));
      sum = f64x2.add(sum, f64x2.mul(z, z));
    }
    const masses = v128.load(mass + (<usize>i << 3));
    const height = f64x2.mul(sum, f64x2.div(f64x2.mul(masses, f64x2.splat(m)), f64x2.add(masses, f64x2.splat(m))));
    if (!v128.any_true(f64x2.lt(height, f64x2.splat(least)))) continue;
    const first = f64x2.extract_lane(height, 0), second = f64x2.extract_lane(height, 1);
    if (first < least) nearest = i, least = first;
    if (second < least) nearest = i + 1, least = second;
  }
  for (let d = 0, at = points + (<usize>slot << 3); d < D; ++d, at += rowBytes) store<f64>(at, load<f64>(scratch + (<usize>d << 3)));
  store<f64>(scratch, least);
  return nearest;
}

/** Makes a slot one that is nobody's nearest. */
function clear(points: usize, mass: usize, rowBytes: usize, slot: i32, D: i32): void {
  for (let d = 0; d < D; ++d) store<f64>(points + <usize>d * rowBytes + (<usize>slot << 3), Infinity);
  store<f64>(mass + (<usize>slot << 3), 1);
}

/** How far the cluster in a slot is from one of mass m at own [D]. */
function apart(points: usize, mass: usize, rowBytes: usize, own: usize, m: f64, slot: i32, D: i32): f64 {
  let sum: f64 = 0;
  for (let d = 0; d < D; ++d) {
    const z = load<f64>(points + <usize>d * rowBytes + (<usize>slot << 3)) - load<f64>(own + (<usize>d << 3));
    sum += z * z;
  }
  const other = load<f64>(mass + (<usize>slot << 3));
  return sum * (other * m / (other + m));
}

/** The cluster of slot b goes into that of slot a. */
function join(points: usize, mass: usize, rowBytes: usize, D: i32, a: i32, b: i32): void {
  const ma = load<f64>(mass + (<usize>a << 3)), mb = load<f64>(mass + (<usize>b << 3));
  const share = mb / (ma + mb);
  for (let d = 0; d < D; ++d) {
    const at = points + <usize>d * rowBytes + (<usize>a << 3);
    const c = load<f64>(at);
    store<f64>(at, c + share * (load<f64>(points + <usize>d * rowBytes + (<usize>b << 3)) - c));
  }
  store<f64>(mass + (<usize>a << 3), ma + mb);
}
