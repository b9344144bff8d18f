// Questions to the model: which rows are unlike the rest, and what y to expect at an x.
import { along, contour, type Segment } from "../logic/contour.ts";
import { counted, shown } from "../logic/scale.ts";
import { percent } from "../logic/words.ts";
import { byId, html, set } from "./dom.ts";
import { namesOf } from "./model.ts";
import type { State } from "./store.ts";
import type { Work } from "./work.ts";

/** Places of the grid that a contour is drawn from, along each axis. */
const GRID = 110;
/** Places of a regression, and of a density along y. */
const PLACES = 120;

/** Shares on the slider: from a tenth of a percent to half, by equal factors. */
const shareAt = (position: number): number => Number((0.001 * 500 ** position).toPrecision(2));
const positionOf = (share: number): number => Math.log(share / 0.001) / Math.log(500);

export function questionsPanel(work: Work): void {
  const { store } = work;
  const slider = html("input", { type: "range", min: 0, max: 1, step: 0.01, id: "level" });
  const isOn = html("input", { type: "checkbox", id: "anomalies" });
  const told = html("p", { class: "small", id: "flagged", role: "status" });
  const regress = html("input", { type: "checkbox", id: "regression" });
  const given = html("input", { type: "range", min: 0, max: 1, step: 0.01, id: "given", value: 0.5 });
  const expected = html("p", { class: "small", id: "expected", role: "status" });
  const below = html("div", { class: "row" }, html("label", { for: "level" }, "Share"), slider);
  const where = html("div", { class: "row" }, html("label", { for: "given" }, "at"), given);
  byId("questions").append(
    html("label", { class: "check" }, isOn, "Mark what is unlike the rest"),
    ...[
      below,
      told,
      html("label", { class: "check" }, regress, "Predict the upper axis from the other"),
      where,
      expected,
    ],
  );
  isOn.addEventListener("change", () =>
    store.set({ anomalies: isOn.checked ? shareAt(Number(slider.value)) : undefined }),
  );
  slider.addEventListener("input", () => store.set({ anomalies: shareAt(Number(slider.value)) }));
  regress.addEventListener("change", () => store.set({ regression: regress.checked }));
  slider.value = String(positionOf(0.02));
  store.on(["anomalies"], ({ anomalies }) => {
    isOn.checked = anomalies !== undefined;
    below.hidden = anomalies === undefined;
    if (anomalies !== undefined) {
      slider.value = String(positionOf(anomalies));
      set(slider, "aria-valuetext", percent(anomalies));
    }
  });
  store.on(["nFlagged", "anomalies", "rows"], ({ nFlagged, anomalies, rows }) => {
    told.hidden = anomalies === undefined;
    told.textContent = `${counted(nFlagged, "row")} of ${rows.origin.length.toLocaleString("en-GB")} lie where the model expects ${percent(anomalies ?? 0)}.`;
  });
  const askAnomalies = latest(() => anomalies(work));
  const askCurve = latest(() => curve(work, Number(given.value)));
  given.addEventListener("input", askCurve);
  store.on(["parameters", "anomalies", "i", "j", "isPlaying", "rows", "xRange"], askAnomalies);
  store.on(["parameters", "regression", "i", "j", "isPlaying", "rows", "xRange"], askCurve);
  store.on(["regression", "curve", "i", "j"], (state) => {
    const { regression, curve: found } = state;
    regress.checked = regression;
    set(regress, "disabled", state.i === state.j);
    where.hidden = expected.hidden = !regression || state.i === state.j;
    if (found?.at === undefined) return;
    const [x, y] = [state.i, state.j].map((d) => namesOf(state)[d]);
    const n = Math.round(((found.at - found.x[0]) / (found.x[PLACES - 1] - found.x[0])) * (PLACES - 1));
    expected.textContent = `Where ${x} is ${shown(found.at)}, the model expects ${y} ${shown(found.mean[n])} ± ${shown(found.deviation[n], 2)}.`;
  });
}

/** Runs the newest of many requests: one at a time, and what comes meanwhile once afterwards. */
function latest(work: () => Promise<void>): () => void {
  let isRunning = false;
  let isWanted = false;
  return async function run() {
    isWanted = true;
    if (isRunning) return;
    isRunning = true;
    while (isWanted) {
      isWanted = false;
      await work().catch(() => {});
    }
    isRunning = false;
  };
}

function isSettled({ parameters, isPlaying, rows }: State): boolean {
  return (
    parameters !== undefined && !isPlaying && rows.origin.length > 0 && parameters.nFeatures === rows.chosen.length
  );
}

async function anomalies({ store, front }: Work): Promise<void> {
  const { state } = store;
  const { parameters, anomalies: level, rows, i, j } = state;
  if (level === undefined || parameters === undefined || !isSettled(state)) {
    store.set({ flags: undefined, contour: [], nFlagged: 0 });
    return;
  }
  const isFlat = rows.chosen.length === 2 && i !== j;
  const x = along(...state.xRange, GRID);
  const y = along(...state.yRange, GRID);
  // a grid has the model's columns in their order, the picture may show them the other way round
  const grid = isFlat ? (i < j ? { x, y } : { x: y, y: x }) : undefined;
  const { flags, count, threshold, density } = await front.call("anomalies", { parameters, level, grid });
  if (store.state.parameters !== parameters) return;
  const lines = density === undefined || grid === undefined ? [] : contour(density, grid.x, grid.y, threshold);
  const turned = i < j ? lines : lines.map(([a, b, c, d]): Segment => [b, a, d, c]);
  store.set({ flags, nFlagged: count, contour: turned });
}

async function curve({ store, front }: Work, position: number): Promise<void> {
  const { state } = store;
  const { parameters, regression, i, j } = state;
  if (!regression || parameters === undefined || i === j || !isSettled(state)) {
    store.set({ curve: undefined });
    return;
  }
  const x = along(...state.xRange, PLACES);
  const y = along(...state.yRange, PLACES);
  const at = x[Math.round(position * (PLACES - 1))];
  const found = await front.call("regression", { parameters, input: i, target: j, x, at, y });
  if (store.state.parameters === parameters) store.set({ curve: { x, y, at, ...found } });
}
