// Everything that is asked of a runtime. The result is plain data.
import { apiChecks } from "./api.mjs";
import { bitsOf } from "./bits.mjs";
import { threadChecks, Watch } from "./threads.mjs";

/**
 * @param modules - `gaussmix` and `predict`.
 * @param {{ shared: boolean }} host - whether it is to share memory with workers.
 */
export async function runSuite({ gaussmix, predict }, { shared }) {
  const watch = new Watch();
  const api = await apiChecks(gaussmix, predict).run();
  const threads = await threadChecks(gaussmix, watch, shared).run();
  watch.started.length = 0;
  const { all: alone } = await bitsOf(gaussmix, 1);
  const { all: together, problem } = await bitsOf(gaussmix, 3);
  const served = shared ? watch.served : 0;
  watch.restore();
  return { api, threads, bits: { alone, together, served, problem } };
}
