// What a person leaves with: the model, the rows with their groups, the picture, and code.
import { CODE_LANGUAGES, codeFor, type Language } from "../logic/code.ts";
import { csvOf } from "../logic/csv.ts";
import { svgOf } from "../logic/files.ts";
import { jsonOf } from "../logic/json.ts";
import { css } from "../logic/palette.ts";
import { toPixel } from "../logic/scale.ts";
import { summary } from "../logic/words.ts";
import { byId, download, html } from "./dom.ts";
import { namesOf } from "./model.ts";
import type { Plot } from "./plot.ts";
import type { Work } from "./work.ts";

export function takePanel(work: Work, plot: Plot): void {
  const { store } = work;
  const button = (id: string, text: string, act: () => void | Promise<void>): HTMLButtonElement => {
    const made = html("button", { type: "button", id }, text);
    made.addEventListener("click", async () => {
      try {
        await act();
      } catch (error) {
        store.set({ message: { text: (error as Error).message, isError: true } });
      }
    });
    return made;
  };
  const buttons = [
    button("save-model", "Model (JSON)", () => saveModel(work)),
    button("save-labels", "Rows with groups (CSV)", () => saveLabels(work)),
    button("save-svg", "Picture (SVG)", () => savePicture(work, plot)),
  ];
  const language = html(
    "select",
    { "aria-label": "Language", id: "language" },
    ...CODE_LANGUAGES.map((name) => html("option", {}, name)),
  );
  const code = html("code", { id: "code" });
  const copy = button("copy", "Copy", () => navigator.clipboard.writeText(code.textContent ?? ""));
  const block = html("pre", { tabindex: 0, "aria-label": "Code" }, code);
  byId("take").append(html("div", { class: "row" }, ...buttons), html("div", { class: "row" }, language, copy), block);
  const write = (): void => {
    const { k, type, seed, source } = store.state;
    const file = source.kind === "file" ? source.name : "data.csv";
    code.textContent = codeFor(language.value as Language, {
      file,
      columns: namesOf(store.state),
      nComponents: k,
      covarianceType: type,
      seed,
    });
  };
  language.addEventListener("change", write);
  store.on(["k", "type", "seed", "rows", "source"], write);
  store.on(["parameters"], ({ parameters }) => {
    for (const each of buttons) each.disabled = parameters === undefined;
  });
}

function saveModel({ store: { state } }: Work): void {
  if (state.parameters !== undefined)
    download("model.json", jsonOf(state.parameters, namesOf(state)), "application/json");
}

async function saveLabels({ store, front }: Work): Promise<void> {
  const { parameters, table, rows } = store.state;
  if (parameters === undefined) return;
  const { labels, probability, logDensity } = await front.call("labels", { parameters });
  const spread = (values: ArrayLike<number>): (number | string)[] => {
    const all: (number | string)[] = new Array(table.nRows).fill("");
    for (let n = 0; n < rows.origin.length; n++) all[rows.origin[n]] = values[n];
    return all;
  };
  const text = csvOf(table, [
    { name: "group", values: spread(labels.map((label) => label + 1)) },
    { name: "probability", values: spread(probability) },
    { name: "log density", values: spread(logDensity) },
  ]);
  download("labelled.csv", text, "text/csv");
}

function savePicture({ store: { state } }: Work, plot: Plot): void {
  const { parameters, rows, i, j, theme, fit, title, contour } = state;
  const names = namesOf(state);
  const { view } = plot;
  const d = contour
    .map(([a, b, c, e]) => `M${toPixel(view.x, a)} ${toPixel(view.y, b)}L${toPixel(view.x, c)} ${toPixel(view.y, e)}`)
    .join("");
  const ink = css(theme.neutral);
  const curves = [...plot.overlay.root.querySelectorAll<SVGPathElement>(".sum, .component-curve, .regression")].map(
    (path) => ({
      d: path.getAttribute("d") ?? "",
      colour: path.getAttribute("stroke") ?? ink,
    }),
  );
  const text = svgOf({
    ...{ ...plot.size, view, theme, title, x: plot.places.x, y: plot.places.y, colours: plot.colours },
    description: fit === undefined ? title : summary(fit.parameters, rows.origin.length, fit.nUnsure),
    names: [names[i], i === j ? "density" : names[j]],
    mixture: parameters === undefined || i === j ? undefined : { parameters, i, j },
    paths: [...(d === "" ? [] : [{ d, colour: "#c4122f" }]), ...curves],
  });
  download("mixture.svg", text, "image/svg+xml");
}
