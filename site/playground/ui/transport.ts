// The bars around the picture: tools, what is shown, steps of EM, and what is under the pointer.
import { SHOWS } from "../logic/hash.ts";
import { THEMES } from "../logic/palette.ts";
import { counted, shown } from "../logic/scale.ts";
import type { Show } from "../logic/shade.ts";
import { withoutRows } from "../logic/table.ts";
import { arithmetic, summary } from "../logic/words.ts";
import { drawTrace } from "./charts.ts";
import { byId, html, set } from "./dom.ts";
import { namesOf } from "./model.ts";
import type { Plot } from "./plot.ts";
import { rangesOf } from "./ranges.ts";
import type { State, Store, Tool } from "./store.ts";
import type { Work } from "./work.ts";

const TOOLS: readonly (readonly [Tool, string])[] = [
  ["move", "Move"],
  ["add", "Add"],
  ["lasso", "Lasso"],
];
const SHOW_WORDS: Readonly<Record<Show, string>> = {
  mix: "mixed by probability",
  label: "most likely group",
  doubt: "how unsure",
};
/** Steps per second, by name. */
const SPEEDS: readonly (readonly [string, number])[] = [
  ["slow", 0.7],
  ["normal", 2],
  ["fast", 8],
  ["at once", 60],
];

/** Tools, colours and axes. */
export function tools(work: Work): void {
  const { store } = work;
  const radios = TOOLS.map(([tool, name]) => {
    const input = html("input", { type: "radio", name: "tool", value: tool });
    input.addEventListener("change", () => store.set({ tool, picked: new Set() }));
    return html("label", {}, input, name);
  });
  byId("tools").append(...radios);
  const show = byId<HTMLSelectElement>("show");
  show.append(...SHOWS.map((name) => html("option", { value: name }, SHOW_WORDS[name])));
  show.addEventListener("change", () => store.set({ show: show.value as Show }));
  store.on(["tool", "show"], (state) => {
    show.value = state.show;
    for (const input of byId("tools").querySelectorAll("input")) input.checked = input.value === state.tool;
    set(byId("stage"), "data-tool", state.tool);
  });
  store.on(["show", "theme"], () => void work.recolour());
  const remove = byId<HTMLButtonElement>("delete");
  remove.addEventListener("click", () => {
    const { picked, rows, table } = store.state;
    store.set({ picked: new Set(), hovered: undefined });
    void work.edit(withoutRows(table, new Set([...picked].map((n) => rows.origin[n]))));
  });
  store.on(["picked", "photo"], ({ picked, photo }) => {
    remove.hidden = picked.size === 0 || photo !== undefined;
    remove.textContent = `Delete ${counted(picked.size, "point")}`;
  });
  axes(store);
}

/** Which two of several columns are shown. */
function axes(store: Store): void {
  store.on(["rows", "i", "j"], (state) => {
    const bar = byId("axes");
    bar.hidden = state.rows.chosen.length < 3;
    if (bar.hidden) return;
    const choice = (axis: "i" | "j"): HTMLSelectElement => {
      const options = namesOf(state).map((name, d) => html("option", { value: d, selected: state[axis] === d }, name));
      const select = html("select", { "aria-label": axis === "i" ? "Across" : "Up" }, ...options);
      select.addEventListener("change", () => {
        const other = axis === "i" ? state.j : state.i;
        const value = Number(select.value);
        const [i, j] =
          axis === "i" ? [value, other === value ? state.i : other] : [other === value ? state.j : other, value];
        store.set({ i, j, ...rangesOf(state.rows, i, j) });
      });
      return select;
    };
    bar.replaceChildren("Axes", choice("i"), choice("j"));
  });
}

/** Random start, E, M, play, speed, and the curve under the picture. */
export function transport(work: Work): void {
  const { store } = work;
  byId("random").addEventListener("click", () => void work.randomStart());
  byId("e").addEventListener("click", () => void work.step("e"));
  byId("m").addEventListener("click", () => void work.step("m"));
  const play = byId<HTMLButtonElement>("play");
  play.addEventListener("click", () => {
    if (store.state.isPlaying) work.stop();
    else void work.play();
  });
  const speed = byId<HTMLSelectElement>("speed");
  speed.append(...SPEEDS.map(([name, value]) => html("option", { value }, name)));
  speed.addEventListener("change", () => store.set({ speed: Number(speed.value) }));
  store.on(["isPlaying", "speed", "rows", "k"], ({ isPlaying, speed: value, rows, k }) => {
    play.textContent = isPlaying ? "Pause" : "Play";
    speed.value = String(value);
    const isIdle = rows.origin.length < k;
    for (const id of ["random", "e", "m", "play"]) byId<HTMLButtonElement>(id).disabled = isIdle;
  });
  store.on(["phase", "parameters"], ({ phase, parameters }) => {
    for (const id of ["e", "m"] as const)
      set(byId(id), "aria-current", parameters !== undefined && phase === id ? "step" : undefined);
  });
  const chart = document.querySelector<SVGSVGElement>("#trace svg");
  store.on(["trace", "theme"], ({ trace }) => {
    if (chart !== null) drawTrace(chart, trace);
  });
  store.on(["message"], ({ message }) => {
    const line = byId("message");
    line.textContent = message?.text ?? "";
    line.classList.toggle("error", message?.isError === true);
  });
}

/** Title and text alternative of the picture; light and dark. */
export function surroundings(store: Store): void {
  store.on(["hint"], ({ hint }) => {
    byId("hint").textContent = hint;
  });
  store.on(["fit", "title", "rows"], (state) => {
    const { fit, rows, title } = state;
    const lead = `${title}: ${counted(rows.origin.length, "point")}, ${namesOf(state).join(", ")}.`;
    set(
      byId("points"),
      "aria-label",
      fit === undefined ? lead : `${lead} ${summary(fit.parameters, rows.origin.length, fit.nUnsure)}`,
    );
  });
  const button = byId("theme");
  button.addEventListener("click", () => store.set({ theme: isDark(store.state) ? THEMES.light : THEMES.dark }));
  store.on(["theme"], (state) => {
    document.documentElement.dataset.theme = isDark(state) ? "dark" : "light";
    button.textContent = isDark(state) ? "Light" : "Dark";
  });
}

function isDark({ theme }: State): boolean {
  return theme === THEMES.dark;
}

/** The arithmetic of the responsibilities of the row under the pointer. */
export function tip(work: Work, plot: Plot): void {
  const { store } = work;
  const box = byId("tip");
  let asked = 0;
  store.on(["hovered"], async (state) => {
    const { hovered, parameters, rows, isPlaying } = state;
    const turn = ++asked;
    const D = rows.chosen.length;
    if (hovered === undefined || isPlaying || parameters?.nFeatures !== D) {
      box.hidden = true;
      return;
    }
    const row = rows.values.slice(hovered * D, (hovered + 1) * D);
    const terms = await work.front.call("explain", { parameters, row }).catch(() => undefined);
    if (turn !== asked || terms === undefined) return;
    const place = namesOf(state)
      .slice(0, 4)
      .map((name, d) => `${name} ${shown(row[d])}`);
    const lines = arithmetic(terms).slice(0, 9);
    box.textContent = [place.join(", "), "weight × density = product; ÷ sum", ...lines].join("\n");
    box.hidden = false;
    const [x, y] = [plot.places.x[hovered], plot.places.y[hovered]];
    const isRight = x > plot.size.width / 2;
    const isLow = y > plot.size.height / 2;
    box.style.left = isRight ? "auto" : `${x + 14}px`;
    box.style.right = isRight ? `${plot.size.width - x + 14}px` : "auto";
    box.style.top = isLow ? "auto" : `${y + 14}px`;
    box.style.bottom = isLow ? `${plot.size.height - y + 14}px` : "auto";
  });
}
