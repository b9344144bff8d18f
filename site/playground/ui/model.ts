// The panels of the model: what is fitted, what was found, and which number of groups BIC prefers.
import type { CovarianceType } from "gaussmix";
import { MOST_COMPONENTS, TYPES } from "../logic/hash.ts";
import { colourOf, css } from "../logic/palette.ts";
import { MOST_ROWS } from "../logic/rest.ts";
import { counted, shown } from "../logic/scale.ts";
import { numericColumns } from "../logic/table.ts";
import { descriptions, preferred, summary, TYPE_WORDS, warned } from "../logic/words.ts";
import { criteriaChart } from "./charts.ts";
import { byId, html, set } from "./dom.ts";
import type { State, Store } from "./store.ts";
import type { Work } from "./work.ts";

/** Names of the columns fitted. */
export function namesOf({ table, rows }: State): string[] {
  return rows.chosen.map((column) => table.columns[column].name);
}

/** Groups, shape, columns, and what is being done. */
export function modelPanel(work: Work): void {
  const { store } = work;
  const k = byId<HTMLInputElement>("k");
  const type = byId<HTMLSelectElement>("type");
  const auto = byId<HTMLInputElement>("auto");
  set(k, "max", MOST_COMPONENTS);
  type.append(...TYPES.map((name) => html("option", { value: name }, `${TYPE_WORDS[name]} (${name})`)));
  const refit = (patch: Partial<State>): void => {
    store.set({ ...patch, auto: false, best: undefined });
    void work.fit();
  };
  k.addEventListener("change", () => {
    const wanted = Math.round(k.valueAsNumber);
    if (wanted >= 1 && wanted <= MOST_COMPONENTS) refit({ k: wanted });
    else k.value = String(store.state.k);
  });
  type.addEventListener("change", () => refit({ type: type.value as CovarianceType }));
  auto.addEventListener("change", () => {
    store.set({ auto: auto.checked });
    if (auto.checked) void work.choose();
  });
  byId("fit").addEventListener("click", () => void work.fit());
  byId("stop").addEventListener("click", () => work.stop());
  store.on(["k", "type", "auto"], (state) => {
    k.value = String(state.k);
    type.value = state.type;
    auto.checked = state.auto;
  });
  store.on(["busy", "choosing"], ({ busy, choosing }) => {
    byId("stop").hidden = busy === undefined && choosing === undefined;
    const panel = byId("progress");
    panel.hidden = busy === undefined;
    const bar = panel.querySelector("progress");
    if (bar !== null) set(bar, "value", busy?.share ?? 0);
    if (bar !== null) set(bar, "aria-label", busy?.what ?? "Fitting");
    const text = panel.querySelector("span");
    if (text !== null) text.textContent = busy === undefined ? "" : `${busy.what} … ${Math.round(100 * busy.share)} %`;
  });
  columnsOf(work);
}

/** Which columns are fitted, and which two are shown. */
function columnsOf(work: Work): void {
  const { store } = work;
  store.on(["table", "rows"], (state, changed) => {
    if (!changed.has("rows") && !changed.has("table")) return;
    const numeric = numericColumns(state.table);
    const panel = byId("columns");
    panel.hidden = numeric.length < 2;
    const boxes = numeric.map((column) => {
      const isChosen = state.rows.chosen.includes(column);
      const box = html("input", { type: "checkbox", value: column, checked: isChosen });
      return html("label", { class: "check" }, box, state.table.columns[column].name);
    });
    const wasFocused = panel.contains(document.activeElement)
      ? (document.activeElement as HTMLInputElement).value
      : undefined;
    const list = html("div", { class: "columns", role: "group", "aria-label": "Columns to fit" }, ...boxes);
    panel.replaceChildren(html("span", { class: "small" }, "Columns to fit"), list);
    list.querySelector<HTMLInputElement>(`input[value="${wasFocused}"]`)?.focus();
    list.addEventListener("change", () => {
      const chosen = [...list.querySelectorAll<HTMLInputElement>("input:checked")].map(({ value }) => Number(value));
      if (chosen.length === 0) store.set({ message: { text: "At least one column is needed.", isError: true } });
      else void work.useColumns(chosen);
    });
  });
}

/** The result in words. */
export function foundPanel(store: Store): void {
  const found = byId("found");
  store.on(["fit", "rows", "message"], (state) => {
    const { fit, rows, photo } = state;
    const skipped = rows.skipped === 0 ? "" : ` ${counted(rows.skipped, "row")} with an empty cell left out.`;
    const words = fit === undefined ? "" : summary(fit.parameters, rows.origin.length, fit.nUnsure);
    const text =
      fit === undefined ? (rows.origin.length === 0 ? "No points yet." : "Not fitted.") : `${words}${skipped}`;
    if (found.textContent !== text) found.textContent = photo === undefined ? text : text.replaceAll("row", "pixel");
  });
  store.on(["parameters", "theme", "isPlaying"], (state) => {
    if (state.isPlaying || state.parameters?.nFeatures !== state.rows.chosen.length) return;
    const items = descriptions(state.parameters, namesOf(state)).map((text, k) =>
      html(
        "li",
        {},
        html("span", { class: "swatch", style: `background:${css(colourOf(state.theme, k))}` }),
        html("span", {}, text),
      ),
    );
    byId("groups").replaceChildren(...items);
  });
  store.on(["fit"], ({ fit }) => {
    const notes = warned(fit?.warnings ?? []).map((text) => html("p", { class: "warning" }, text));
    const figures =
      fit === undefined
        ? []
        : [
            html(
              "p",
              { class: "small" },
              `BIC ${shown(fit.bic, 6)}, log-likelihood ${shown(fit.logLikelihood, 6)}; ${counted(fit.nIterations, "iteration")}, ${shown(fit.milliseconds, 2)} ms.`,
            ),
          ];
    byId("warnings").replaceChildren(...figures, ...notes);
  });
}

/** BIC over the number of groups, as a chart and as a table; it fills in as candidates are done. */
export function criteriaPanel(work: Work): void {
  const { store } = work;
  const run = html("button", { type: "button", id: "compare-bic" }, "Compare 1 to 9 groups");
  run.addEventListener("click", () => void work.choose());
  const said = html("p", { id: "preferred", role: "status" });
  const chart = html("div");
  const table = html("div");
  const details = html("details", {}, html("summary", {}, "BIC as a table"), table);
  const take = html("button", { type: "button" }, "Take it");
  byId("criteria").append(said, chart, details, html("div", { class: "row" }, run, take));
  take.addEventListener("click", () => {
    const best = bestOf(store.state);
    if (best === undefined) return;
    store.set({ k: best.nComponents, type: best.covarianceType, best: undefined });
    void work.fit();
  });
  store.on(["candidates", "choosing", "theme"], (state) => {
    const { candidates, choosing, rows, theme } = state;
    const types = TYPES.filter((type) => candidates.some(({ covarianceType }) => covarianceType === type));
    const step = Math.ceil(rows.origin.length / MOST_ROWS);
    const part = step > 1 ? ` (Of ${counted(Math.ceil(rows.origin.length / step), "row")} taken from all.)` : "";
    const words = candidates.length === 0 ? "" : `${preferred(candidates)}${part}`;
    if (choosing !== undefined) said.textContent = `Comparing … ${Math.round(100 * choosing)} %`;
    else
      said.textContent =
        words === "" ? "The Bayesian information criterion weighs fit against size: lower is better." : words;
    chart.replaceChildren(...(candidates.length === 0 ? [] : [criteriaChart(candidates, types, theme, words)]));
    details.hidden = candidates.length === 0;
    table.replaceChildren(tableOf(state, types));
    take.hidden = candidates.length === 0 || choosing !== undefined;
  });
}

function bestOf({ candidates }: State): State["candidates"][number] | undefined {
  return candidates.filter(({ bic }) => Number.isFinite(bic)).toSorted((a, b) => (a.bic ?? 0) - (b.bic ?? 0))[0];
}

function tableOf(state: State, types: readonly CovarianceType[]): HTMLElement {
  const best = bestOf(state);
  const most = state.candidates.reduce((top, { nComponents }) => Math.max(top, nComponents), 0);
  const head = html(
    "tr",
    {},
    html("th", { scope: "col" }, "Groups"),
    ...types.map((type) => html("th", { scope: "col" }, type)),
  );
  const lines = Array.from({ length: most }, (_, index) => {
    const cells = types.map((type) => {
      const row = state.candidates.find(
        ({ nComponents, covarianceType }) => nComponents === index + 1 && covarianceType === type,
      );
      const isBest = row !== undefined && row === best;
      return html(
        "td",
        { class: isBest ? "best" : "" },
        row?.bic === undefined ? "–" : row.bic.toFixed(1).replace("-", "−"),
      );
    });
    return html("tr", {}, html("th", { scope: "row" }, String(index + 1)), ...cells);
  });
  return html("table", {}, html("thead", {}, head), html("tbody", {}, ...lines));
}
