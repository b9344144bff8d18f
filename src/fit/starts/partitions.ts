// Starts from clusters that hang on the rows alone, not on chance: k-means from the centres of a hierarchy.
import type { Pointer } from "../../engine/kernels.ts";
import { randomState } from "../../engine/random.ts";
import type { Work } from "../../engine/schedule.ts";
import type { Em } from "../em/em.ts";
import { columnMeansFor, firstStep } from "../em/first-m-step.ts";
import type { RowSource } from "../em/row-source.ts";
import { AGGLOMERATED_ROWS_PER_CLUSTER, BRIEF_LLOYD_ITERATIONS } from "../policy.ts";
import { agglomerated, centresOf, type Hierarchy, hierarchyOf } from "./hierarchy.ts";
import type { KMeans } from "./kmeans.ts";
import { clustersIn, type Space } from "./spaces.ts";

/** What is known of some rows, in the order in which they were packed: for all fits to them, whatever the family and K. */
interface Known {
  readonly hierarchies: Map<Space, Hierarchy>;
  /** By space and number of clusters: the cluster of each row, [N]. */
  readonly partitions: Map<string, Int32Array>;
}

const known = /* @__PURE__ */ new WeakMap<RowSource, Known>();

/**
 * Puts parameters into `em` of which each component is one cluster. Rows must lie in the order in which they were packed. Where
 * not all of them are in the hierarchy, which are hangs on nothing else: what other fits have found of the rows changes no bit.
 */
export function* startFromPartition(em: Em, space: Space): Work<void> {
  const { rows, K } = em;
  const { arena, nTiles, T } = rows;
  const mark = arena.mark();
  try {
    const labels = yield* partitionOf(rows, K, space);
    const packed = arena.i32(nTiles * T);
    arena
      .viewI32(packed, nTiles * T)
      .fill(0)
      .set(labels);
    yield* firstStep(em, columnMeansFor(em), () => em.sumLabels(packed));
  } finally {
    arena.rewind(mark);
  }
}

function* partitionOf(rows: RowSource, K: number, space: Space): Work<Int32Array> {
  const own = known.get(rows) ?? { hierarchies: new Map(), partitions: new Map() };
  known.set(rows, own);
  const name = `${space} ${K}`;
  const found = own.partitions.get(name);
  if (found) return found;
  const { arena, N } = rows;
  const clusters = yield* clustersIn(space, rows, K);
  yield* centre(clusters, own.hierarchies, space, randomState(arena, 0));
  yield* clusters.lloyd(rows.whole === undefined ? undefined : BRIEF_LLOYD_ITERATIONS);
  const labels = inOrder(arena.viewI32(clusters.labels, N), K);
  own.partitions.set(name, labels);
  return labels;
}

/** The same clusters, numbered as they come: so that partitions that are the same look the same. */
function inOrder(labels: Int32Array, K: number): Int32Array {
  const places = new Int32Array(K).fill(-1);
  let count = 0;
  return Int32Array.from(labels, (label) => {
    if (places[label] < 0) places[label] = count++;
    return places[label];
  });
}

/** Centres from the hierarchy of the rows; of a sample too small for all clusters by k-means++. */
function* centre(clusters: KMeans, hierarchies: Known["hierarchies"], space: Space, random: Pointer): Work<void> {
  const { rows, K } = clusters;
  const { arena, N, D } = rows;
  const count = agglomerated(rows);
  if (count < Math.min(N, AGGLOMERATED_ROWS_PER_CLUSTER * K)) {
    yield* clusters.seed(random);
    return;
  }
  // rows of the space, where the clusters are
  const hierarchy = hierarchies.get(space) ?? (yield* hierarchyOf(rows, random));
  hierarchies.set(space, hierarchy);
  arena.viewF64(clusters.centres, K * D).set(centresOf(hierarchy, K));
}
