// Beside other ways: hard groups by k-means, and several starts side by side.
import type { Parameters } from "gaussmix";
import type { StartAnswer } from "../logic/protocol.ts";
import { shown } from "../logic/scale.ts";
import { percent } from "../logic/words.ts";
import { byId, html, isStill } from "./dom.ts";
import type { Store } from "./store.ts";
import { paintThumbnail } from "./thumbnail.ts";
import type { Work } from "./work.ts";

/** Starts side by side. */
const STARTS = 6;
/** How long the way from a start is shown, in milliseconds. */
const FILM = 1600;

export function comparePanel(work: Work): void {
  const { store } = work;
  const hard = html("button", { type: "button", id: "kmeans" }, "Show k-means");
  const starts = html("button", { type: "button", id: "starts" }, `Try ${STARTS} random starts`);
  const told = html("p", { class: "small", role: "status" });
  const grid = html("div", { class: "starts" });
  byId("compare").append(
    html(
      "p",
      { class: "small" },
      "k-means gives every row to the nearest centre, wholly: no shapes, no doubt. EM from random starts may end in different optima; the fit looks at several and takes the best.",
    ),
    html("div", { class: "row" }, hard, starts),
    ...[told, grid],
  );
  hard.addEventListener("click", () => void toggle(work, (text) => (told.textContent = text)));
  store.on(["centres"], ({ centres }) => {
    hard.textContent = centres === undefined ? "Show k-means" : "Back to the mixture";
    if (centres === undefined && told.textContent?.startsWith("k-means")) told.textContent = "";
  });
  starts.addEventListener("click", async () => {
    told.textContent = "Starting …";
    const text = await several(work, grid).catch((error: Error) => (error.name === "AbortError" ? "" : error.message));
    told.textContent = text;
  });
  store.on(["rows", "k", "type"], () => {
    grid.replaceChildren();
    told.textContent = "";
  });
}

async function toggle(work: Work, say: (text: string) => void): Promise<void> {
  const { store } = work;
  const { k, seed, rows, centres } = store.state;
  if (centres !== undefined) {
    store.set({ centres: undefined });
    await work.recolour();
    return;
  }
  if (rows.origin.length < k) return;
  work.stop();
  const answer = await work.front.call("kMeans", { nClusters: k, seed, shading: work.shading() });
  store.set({ centres: answer.centres, shade: answer.shade });
  say(agreement(store, answer.shade.labels));
}

/** How many rows k-means puts with others than the mixture does, in words. */
function agreement({ state: { fit, k } }: Store, labels: Uint8Array): string {
  if (fit === undefined) return "k-means: crosses are its centres.";
  const shares = Array.from({ length: k }, () => new Float64Array(k));
  for (let n = 0; n < labels.length; n++) shares[labels[n]][fit.shade.labels[n]]++;
  const same = shares.reduce((sum, counts) => sum + Math.max(...counts), 0);
  const apart = labels.length - same;
  return `k-means: crosses are its centres. ${apart === 0 ? "Its groups are those of the mixture." : `${percent(apart / labels.length)} of the rows lie with others than in the mixture.`}`;
}

async function several(work: Work, grid: HTMLElement): Promise<string> {
  const { store } = work;
  const { k, type, seed, rows, theme, i, j } = store.state;
  if (rows.origin.length < k) return "There are fewer points than groups.";
  const seeds = Array.from({ length: STARTS }, (_, n) => 100 * (seed + 1) + n);
  const answers = await work.back.call("starts", { nComponents: k, covarianceType: type, seeds });
  store.set({ seed: seed + 1 });
  const best = Math.max(...answers.map(({ logLikelihood }) => logLikelihood));
  const cards = answers.map((answer, n) => card(work, answer, n, best));
  grid.replaceChildren(...cards.map(({ button }) => button));
  const paint = (share: number): void => {
    for (const { canvas, path } of cards) {
      paintThumbnail(canvas, rows, theme, path[Math.round(share * (path.length - 1))], [i, j]);
    }
  };
  film(paint);
  const good = answers.filter(({ logLikelihood }) => best - logLikelihood < 0.01).length;
  return good === answers.length
    ? "All starts lead to the same optimum."
    : `${good} of ${STARTS} lead to the best of these; the others stay below. Choose one to see it.`;
}

function card(
  work: Work,
  answer: StartAnswer,
  n: number,
  best: number,
): { button: HTMLElement; canvas: HTMLCanvasElement; path: readonly Parameters[] } {
  const canvas = html("canvas", { width: 200, height: 140, "aria-hidden": "true" });
  const below = best - answer.logLikelihood;
  const text = below < 0.01 ? "best of these" : `${shown(below, 3)} below`;
  const small = answer.smallest * work.store.state.rows.origin.length < 8 ? ", a spike" : "";
  const button = html(
    "button",
    { type: "button", "aria-label": `Start ${n + 1}: ${text}${small}` },
    canvas,
    `${text}${small}`,
  );
  button.addEventListener("click", () => void work.letGo(answer.path[answer.path.length - 1]));
  return { button, canvas, path: answer.path };
}

/** Calls with a share from 0 to 1, frame by frame. */
function film(paint: (share: number) => void): void {
  if (isStill()) {
    paint(1);
    return;
  }
  const began = performance.now();
  const frame = (now: number): void => {
    const share = Math.min(1, Math.max(0, (now - began) / FILM));
    paint(share);
    if (share < 1) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}
