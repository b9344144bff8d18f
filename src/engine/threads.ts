// On which threads work runs.
import type { Matrix } from "../input/matrix.ts";
import type { FitSettings } from "../input/options.ts";
import { Arena, acquireArena, releaseArena } from "./arena.ts";
import { Crew, CrewLost } from "./crew.ts";
import { hasRelaxed, instantiateKernels } from "./kernels.ts";
import { BRIEF, runAsync, runSync, runTogether, type Take, type Work } from "./schedule.ts";
import { machineThreads } from "./worker.ts";

/** Rows times components times columns from which a second thread saves more than it costs: to start one takes as long as a small fit. */
const THREADS_PAY = 1e7;
/** Rows up to which a kernel is one group, or a few where rows are wide or components many: candidates side by side keep threads busy instead. */
const MOST_SIDE_BY_SIDE = 6000;
/** Responsibilities and covariances up to which what is spare, below, is far more than enough for each. */
const MOST_EACH = 1e6;
/** What a fit allocates beside the packed rows, in bytes per thread and as a share of the rows; memory that is not used is not taken. */
const SPARE_BYTES = 256 * 1024 * 1024;
const SPARE_SHARE = 2;

/** Makes work; its arena is one to use instead of one that this thread keeps at hand: shared, or with other kernels. */
type Begin<T> = (arena?: Arena) => Work<T>;

/** Runs work on this thread, on the spot. */
export function runHere<T>(settings: Pick<FitSettings, "reproducible" | "signal" | "watch">, begin: Begin<T>): T {
  return runSync(begin(arenaOf(settings)), settings);
}

/** Runs work without blocking, on several threads where that pays; if one dies, the work starts again on this thread. */
export async function runOnThreads<T>(
  { nRows, nColumns }: Matrix,
  settings: Pick<FitSettings, "threads" | "nComponents" | "reproducible" | "signal" | "watch">,
  begin: Begin<T>,
): Promise<T> {
  const { nComponents } = settings;
  const pays = nRows * nColumns * nComponents >= THREADS_PAY;
  const threads = settings.threads ?? (pays ? machineThreads() : 1);
  const bytes = nRows * nColumns * 8 * SPARE_SHARE + threads * SPARE_BYTES;
  const crew = Crew.assemble(threads, bytes, relaxes(settings));
  if (crew) {
    try {
      const result = await runAsync(begin(crew.arena), settings, crew);
      crew.rest();
      return result;
    } catch (error) {
      crew.dismiss();
      if (!(error instanceof CrewLost)) throw error;
    }
  }
  return runAsync(begin(arenaOf(settings)), settings);
}

/**
 * Runs many works side by side, each on a thread, where that pays: where the rows are too few to share out the work of each.
 * Gives undefined where it does not, or where a thread died.
 *
 * @param most - how many can run side by side.
 * @param begin - makes the works.
 */
export async function runSideBySide<T extends { readonly take: Take }>(
  { nRows, nColumns }: Matrix,
  settings: Pick<FitSettings, "threads" | "nComponents" | "reproducible" | "signal" | "watch">,
  most: number,
  begin: () => T,
): Promise<T | undefined> {
  const size = nRows * nColumns * settings.nComponents;
  const threads = settings.threads ?? (size >= BRIEF ? machineThreads() : 1);
  const large = Math.max(nRows, nColumns * nColumns) * settings.nComponents > MOST_EACH;
  if (nRows > MOST_SIDE_BY_SIDE || large) return undefined;
  const bytes = nRows * nColumns * 8 * SPARE_SHARE + SPARE_BYTES;
  const crews: Crew[] = [];
  const other = arenaOf(settings);
  const arena = other ?? acquireArena();
  try {
    while (crews.length + 1 < Math.min(threads, most)) {
      const crew = Crew.assemble(2, bytes, relaxes(settings));
      if (!crew) break;
      crews.push(crew);
    }
    if (crews.length === 0) return undefined;
    const works = begin();
    await runTogether(works.take, crews, settings, arena);
    for (const crew of crews) crew.rest();
    return works;
  } catch (error) {
    for (const crew of crews) crew.dismiss();
    if (!(error instanceof CrewLost)) throw error;
    return undefined;
  } finally {
    if (!other) releaseArena(arena);
  }
}

function arenaOf(settings: Pick<FitSettings, "reproducible">): Arena | undefined {
  return relaxes(settings) ? new Arena(instantiateKernels(true)) : undefined;
}

/** Whether kernels may round as the engine likes, and this one does. */
export function relaxes({ reproducible }: Pick<FitSettings, "reproducible">): boolean {
  return !reproducible && hasRelaxed();
}
