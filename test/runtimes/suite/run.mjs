// Everything that is asked of a runtime. The result is plain data.
import { apiChecks } from "./api.mjs";
import { bitsOf } from "./bits.mjs";
import { loadChecks } from "./load.mjs";
import { threadChecks, Watch } from "./threads.mjs";

/**
 * @param modules - `gaussmix`, `predict` and `own`: `gaussmix`, `gaussmix/predict` and `gaussmix/load`.
 * @param {object} host
 * @param {boolean} host.shared - whether it is to share memory with workers.
 * @param {Record<string, () => unknown>} host.sources - ways to bring the kernels.
 * @param {import("./check.mjs").Checks} [host.several] - fits in workers, where the host has any.
 */
export async function runSuite({ gaussmix, predict, own }, { shared, sources, several: severalChecks }) {
  const watch = new Watch();
  const api = await apiChecks(gaussmix, predict).run();
  const load = await loadChecks(own, gaussmix, sources).run();
  const threads = await threadChecks(gaussmix, watch, shared).run();
  const { all: alone } = await bitsOf(gaussmix);
  // fits of several groups of tiles in which both workers have had a part
  let served = 0;
  const { all: together } = await bitsOf(gaussmix, async (fitMore) => {
    const mixture = await watch.untilServed((onIteration) => fitMore({ threads: 3, onIteration }), shared ? 2 : 0);
    if (shared && watch.took === 2) served++;
    return mixture;
  });
  watch.restore();
  const several = (await severalChecks?.run()) ?? { passed: 0, failures: [] };
  return {
    api: { passed: api.passed + load.passed, failures: [...api.failures, ...load.failures] },
    threads: { passed: threads.passed + several.passed, failures: [...threads.failures, ...several.failures] },
    bits: { alone, together, served },
  };
}
