// Everything that is asked of a runtime. The result is plain data.
import { apiChecks } from "./api.mjs";
import { bitsOf } from "./bits.mjs";
import { loadChecks } from "./load.mjs";
import { severalChecks } from "./several.mjs";
import { threadChecks, Watch } from "./threads.mjs";

/**
 * @param modules - `gaussmix`, `predict` and `own`: `gaussmix`, `gaussmix/predict` and `gaussmix/load`.
 * @param {object} host
 * @param {boolean} host.shared - whether it is to share memory with workers.
 * @param {Record<string, () => unknown>} host.sources - ways to bring the kernels.
 * @param {string} [host.library] - where workers of the host import the library from, if it has workers.
 */
export async function runSuite({ gaussmix, predict, own }, { shared, sources, library }) {
  const watch = new Watch();
  const api = await apiChecks(gaussmix, predict).run();
  const load = await loadChecks(own, gaussmix, sources).run();
  const threads = await threadChecks(gaussmix, watch, shared).run();
  watch.started.length = 0;
  const { all: alone } = await bitsOf(gaussmix, 1);
  const { all: together } = await bitsOf(gaussmix, 3);
  const served = shared ? watch.served : 0;
  watch.restore();
  const several = library ? await severalChecks(gaussmix, library).run() : { passed: 0, failures: [] };
  return {
    api: { passed: api.passed + load.passed, failures: [...api.failures, ...load.failures] },
    threads: { passed: threads.passed + several.passed, failures: [...threads.failures, ...several.failures] },
    bits: { alone, together, served },
  };
}
