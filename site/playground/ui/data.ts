// Where data come from: examples, files, pasted rows, photographs, and the address.
import { type Address, addressOf, hashOf, MOST_POINTS } from "../logic/hash.ts";
import { LANDSCAPE, PRESETS, type Preset, presetOf } from "../logic/presets.ts";
import { counted } from "../logic/scale.ts";
import { likelyColumns, numberColumn, rowsOf, type Table, tableOf } from "../logic/table.ts";
import { byId, html, set } from "./dom.ts";
import { namesOf } from "./model.ts";
import { rangesOf } from "./ranges.ts";
import type { Photo, State, Store } from "./store.ts";
import { paintThumbnail } from "./thumbnail.ts";
import type { Work } from "./work.ts";

/** The most pixels of a photograph along its longer side. */
const LONGEST = 360;

/** The columns of a preset or of an address, by name. */
function columnsOf(table: Table, names: readonly string[] | undefined): number[] {
  const found = (names ?? []).map((name) =>
    table.columns.findIndex((column) => column.name === name && column.numbers !== undefined),
  );
  const valid = found.filter((column) => column >= 0);
  return valid.length > 0 ? valid : likelyColumns(table);
}

export async function loadPreset(work: Work, preset: Preset, address: Address = {}): Promise<void> {
  const table = preset.make();
  const photo = preset.name === "picture" ? photoOf(table, LANDSCAPE.width, LANDSCAPE.height) : undefined;
  await work.load({
    ...{ source: { kind: "preset", name: preset.name }, title: preset.title, hint: preset.hint, table, photo },
    ...{ chosen: columnsOf(table, address.columns ?? preset.columns), auto: address.auto ?? false },
    ...{ k: address.k ?? preset.nComponents, type: address.type ?? preset.covarianceType },
  });
}

/** What the address says, or the first example. */
export async function loadAddress(work: Work): Promise<void> {
  const address = addressOf(location.hash);
  const { store } = work;
  store.set({
    ...{ seed: address.seed ?? 1, show: address.show ?? "mix" },
    ...{ anomalies: address.anomalies, regression: address.regression ?? false },
  });
  const { points } = address;
  if (points === undefined) {
    await loadPreset(work, presetOf(address.preset ?? ""), address);
  } else {
    const even = (_: number, n: number): boolean => n % 2 === 0;
    const table = tableOf({ x: points.filter(even), y: points.filter((_, n) => n % 2 === 1) });
    await work.load({
      ...{ source: { kind: "points" }, title: "Your own points", hint: presetOf("blank").hint, table, chosen: [0, 1] },
      ...{ k: address.k ?? 2, type: address.type ?? "full", auto: address.auto ?? false },
    });
  }
  const names = namesOf(store.state);
  const [i, j] = [names.indexOf(address.x ?? ""), names.indexOf(address.y ?? "")];
  if (i >= 0 && j >= 0 && i !== j) store.set({ i, j, ...rangesOf(store.state.rows, i, j) });
}

/** Keeps the address in step with the state. */
export function writeAddress(store: Store): void {
  const keys = [
    "source",
    "table",
    "k",
    "type",
    "auto",
    "seed",
    "show",
    "rows",
    "i",
    "j",
    "anomalies",
    "regression",
  ] as const;
  store.on(keys, (state) => history.replaceState(null, "", `#${hashOf(addressFor(state))}`));
}

function addressFor(state: State): Address {
  const { source, table, rows, k, type, auto, seed, show, i, j, anomalies, regression } = state;
  const names = namesOf(state);
  const isOwn = source.kind === "points" && table.nRows > 0 && table.nRows <= MOST_POINTS && names.length === 2;
  const shared = { k, type, auto, seed, show, anomalies, regression };
  return Object.fromEntries(
    Object.entries({
      ...shared,
      preset: source.kind === "preset" ? source.name : source.kind === "points" ? "blank" : undefined,
      points: isOwn ? [...rows.values] : undefined,
      columns: source.kind === "preset" && names.length !== likelyColumns(table).length ? names : undefined,
      ...(names.length > 2 ? { x: names[i], y: names[j] } : {}),
    }).filter(([, value]) => value !== undefined),
  );
}

/** The thumbnails. */
export function presetBar(work: Work): void {
  const { store } = work;
  const bar = byId("presets");
  const buttons = PRESETS.map((preset) => {
    const canvas = html("canvas", { width: 184, height: 124, "aria-hidden": "true" });
    const button = html("button", { type: "button", "data-preset": preset.name }, canvas, preset.title);
    button.addEventListener("click", () => void loadPreset(work, preset));
    return { preset, canvas, button };
  });
  bar.append(...buttons.map(({ button }) => button));
  store.on(["source"], ({ source }) => {
    for (const { preset, button } of buttons)
      set(button, "aria-pressed", String(source.kind === "preset" && source.name === preset.name));
  });
  const paint = (): void => {
    for (const { preset, canvas } of buttons) {
      if (preset.name === "picture") paintPhoto(canvas, photoOf(preset.make(), LANDSCAPE.width, LANDSCAPE.height));
      // the large one would take long for a picture of the size of a stamp
      else paintThumbnail(canvas, thumbnailRows(preset), store.state.theme);
    }
  };
  // after the first fit: the thumbnails are not what a person waits for
  setTimeout(() => store.on(["theme"], paint), 60);
}

function thumbnailRows(preset: Preset): State["rows"] {
  const table = (preset.small ?? preset.make)();
  return rowsOf(table, columnsOf(table, preset.columns));
}

/** Files, pasted rows, and drops on the page. */
export function files(work: Work): void {
  const input = byId<HTMLInputElement>("file");
  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    if (file !== undefined) void loadFile(work, file);
    input.value = "";
  });
  const paste = byId<HTMLTextAreaElement>("paste");
  byId("use").addEventListener("click", () => void loadText(work, paste.value, "pasted rows"));
  const veil = byId("drop");
  addEventListener("dragover", (event) => {
    event.preventDefault();
    veil.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) veil.hidden = true;
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    veil.hidden = true;
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) void loadFile(work, file);
  });
}

async function loadFile(work: Work, file: File): Promise<void> {
  if (!file.type.startsWith("image/")) return loadText(work, file, file.name);
  try {
    const photo = await readPhoto(file);
    const table = rowsOfPhoto(photo);
    await work.load({
      ...{ source: { kind: "picture", name: file.name }, title: file.name, table, chosen: [0, 1, 2], photo },
      hint: "Every pixel is a row of red, green and blue: the groups are the colours of the picture.",
      ...{ k: work.store.state.photo === undefined ? 4 : work.store.state.k, type: "full", auto: false },
    });
  } catch {
    work.store.set({ message: { text: `${file.name} is no picture that this browser can read.`, isError: true } });
  }
}

async function loadText(work: Work, source: File | string, name: string): Promise<void> {
  const { store } = work;
  work.stop();
  store.set({ busy: { what: "Reading", share: 0 }, message: undefined });
  try {
    const onProgress = ({ share }: { share: number }): void => store.set({ busy: { what: "Reading", share } });
    const { table, notes } = await work.front.call("parse", { source }, { onProgress });
    const chosen = likelyColumns(table);
    const hint = `${name}: ${counted(table.nRows, "row")}, ${counted(table.columns.length, "column")}. ${notes.slice(0, 3).join(" ")}`;
    const k = Math.min(2, table.nRows);
    await work.load({
      source: { kind: "file", name: typeof source === "string" ? "data.csv" : name },
      title: name,
      hint,
      table,
      chosen,
      k,
      type: "full",
      auto: true,
    });
  } catch (error) {
    store.set({ busy: undefined, message: { text: (error as Error).message, isError: true } });
  }
}

async function readPhoto(file: File): Promise<Photo> {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = html("canvas", {
    width: Math.max(1, Math.round(bitmap.width * scale)),
    height: Math.max(1, Math.round(bitmap.height * scale)),
  });
  const context = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return { width: canvas.width, height: canvas.height, pixels: data };
}

function rowsOfPhoto({ pixels, width, height }: Photo): Table {
  const names = ["red", "green", "blue"];
  const columns = names.map((name, c) =>
    numberColumn(
      name,
      Float64Array.from({ length: width * height }, (_, n) => pixels[4 * n + c]),
    ),
  );
  return { columns, nRows: width * height };
}

function photoOf(table: Table, width: number, height: number): Photo {
  const pixels = new Uint8ClampedArray(4 * width * height).fill(255);
  for (const [c, { numbers }] of table.columns.entries()) {
    for (let n = 0; n < width * height; n++) pixels[4 * n + c] = numbers?.[n] ?? 0;
  }
  return { width, height, pixels };
}

function paintPhoto(canvas: HTMLCanvasElement, { width, height, pixels }: Photo): void {
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.putImageData(new ImageData(pixels, width, height), 0, 0);
}

/** The photograph, and beside it each pixel in the mean colour of its group. */
export function photoPanel(store: Store): void {
  const panel = byId("photo");
  const [before, after] = [
    html("canvas", { role: "img", "aria-label": "The picture" }),
    html("canvas", { role: "img", "aria-label": "The picture in the colours of its groups" }),
  ];
  panel.append(
    html("figure", {}, before, html("figcaption", {}, "The picture")),
    html("figure", {}, after, html("figcaption", {}, "Each pixel in the mean colour of its group")),
  );
  store.on(["photo"], ({ photo }) => {
    panel.hidden = photo === undefined;
    if (photo !== undefined) paintPhoto(before, photo);
  });
  store.on(["photo", "shade", "parameters"], ({ photo, shade, parameters, rows }) => {
    if (
      photo === undefined ||
      shade === undefined ||
      parameters === undefined ||
      shade.labels.length !== photo.width * photo.height
    )
      return;
    const pixels = photo.pixels.slice();
    const D = rows.chosen.length;
    for (let n = 0; n < shade.labels.length; n++) {
      for (const [d, column] of rows.chosen.entries())
        pixels[4 * n + column] = parameters.means[shade.labels[n] * D + d];
    }
    paintPhoto(after, { ...photo, pixels });
  });
}
