// The page: what it knows, who shows it, and who changes it.
import { THEMES } from "../logic/palette.ts";
import { rowsOf, tableOf } from "../logic/table.ts";
import { comparePanel } from "./compare.ts";
import { files, loadAddress, photoPanel, presetBar, writeAddress } from "./data.ts";
import { byId } from "./dom.ts";
import { Keyboard } from "./keyboard.ts";
import { criteriaPanel, foundPanel, modelPanel } from "./model.ts";
import { Plot } from "./plot.ts";
import { Pointer } from "./pointer.ts";
import { questionsPanel } from "./questions.ts";
import { type State, Store } from "./store.ts";
import { takePanel } from "./take.ts";
import { surroundings, tip, tools, transport } from "./transport.ts";
import { Work } from "./work.ts";

/** Before there are data. */
function initial(): State {
  const table = tableOf({ x: [], y: [] });
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  return {
    ...{
      source: { kind: "preset", name: "" },
      title: "",
      hint: "",
      table,
      rows: rowsOf(table, [0, 1]),
      photo: undefined,
    },
    ...{
      i: 0,
      j: 1,
      xRange: [-5, 5],
      yRange: [-5, 5],
      k: 2,
      type: "full",
      auto: false,
      seed: 1,
      show: "mix",
      tool: "move",
    },
    ...{
      picked: new Set(),
      theme: isDark ? THEMES.dark : THEMES.light,
      parameters: undefined,
      shade: undefined,
      trace: [],
    },
    ...{ phase: "e", isPlaying: false, speed: 2, fit: undefined, best: undefined, candidates: [], busy: undefined },
    ...{ choosing: undefined, message: undefined, anomalies: undefined, contour: [], flags: undefined, nFlagged: 0 },
    ...{ regression: false, curve: undefined, centres: undefined, hovered: undefined },
  };
}

const store = new Store(initial());
const work = new Work(store);
const plot = new Plot(store);
const pointer = new Pointer(plot, work);
new Keyboard(plot, work, pointer, (text) => {
  byId("say").textContent = text;
});
tools(work);
transport(work);
surroundings(store);
tip(work, plot);
modelPanel(work);
foundPanel(store);
criteriaPanel(work);
questionsPanel(work);
comparePanel(work);
takePanel(work, plot);
photoPanel(store);
files(work);
presetBar(work);
void loadAddress(work).then(() => writeAddress(store));
// for tests and benches: how long frames take, and what is known
Object.assign(globalThis, { playground: { store, plot, work } });
