// Tables as people have them, with discrete columns: seeded stand-ins, and real ones that are rounded.
import { readFileSync } from "node:fs";
import { normalsOf, uniforms } from "../data.mjs";

/** @typedef {{ name: string, rows: number[][], K: number[] }} Table K: how many components to fit */

const FIXTURES = new URL("../../test/fixtures/", import.meta.url);

/** @param {number} seed */
function dice(seed) {
  const uniform = uniforms(Math.imul(seed + 1, 0x9e3779b1));
  for (let i = 0; i < 20; i++) uniform();
  const normal = normalsOf(uniform);
  return { uniform, normal };
}

/** Coordinates of the pixels of a ring, a bar and a dot. */
function logo() {
  /** @param {number} x @param {number} y */
  const isDrawn = (x, y) => {
    const r = Math.hypot(x - 20, y - 24);
    return (r > 11 && r < 16) || (x > 42 && x < 48 && y > 8 && y < 40) || Math.hypot(x - 45, y - 46) < 4;
  };
  const pixels = Array.from({ length: 64 * 56 }, (_, i) => [i % 64, Math.floor(i / 64)]);
  return pixels.filter(([x, y]) => isDrawn(x, y));
}

/**
 * Connections: seconds (mostly 0), bytes sent and received (heavy tails, many zeros), connections of the last seconds, two
 * flags, and two rates in hundredths that are mostly 0 or 1. Four kinds of traffic.
 */
function connections() {
  const { uniform, normal } = dice(1);
  const bytes = (/** @type {number} */ typical, /** @type {number} */ spread) =>
    Math.round(typical * Math.exp(spread * normal()));
  const rate = (/** @type {number} */ high) => (uniform() < 0.9 ? high : Math.round(100 * uniform()) / 100);
  return Array.from({ length: 1200 }, () => {
    const kind = uniform();
    const few = 1 + Math.floor(10 * uniform() ** 2);
    if (kind < 0.45) return [0, bytes(250, 0.4), bytes(2500, 1), few, 1, 0, rate(0), rate(1)];
    if (kind < 0.75) return [0, 1032, 0, 511 - Math.floor(3 * uniform()), 0, 0, rate(0), rate(1)];
    if (kind < 0.93) return [0, 0, 0, 100 + Math.floor(150 * uniform()), 0, 0, rate(1), rate(0)];
    return [bytes(300, 1.5), bytes(800, 1), bytes(3000, 1.5), few, 1, uniform() < 0.2 ? 1 : 0, rate(0), rate(0)];
  });
}

/** Answers from 1 to 5 to some questions, by so many types of respondents. @param {number} types @param {number} questions @param {number} seed */
function questionnaire(types, questions, seed) {
  const { uniform, normal } = dice(seed);
  const centres = Array.from({ length: types }, () => Array.from({ length: questions }, () => 1 + 4 * uniform()));
  return Array.from({ length: 400 }, () => {
    const centre = centres[Math.floor(types * uniform())];
    return centre.map((value) => Math.max(1, Math.min(5, Math.round(value + 0.8 * normal()))));
  });
}

/** Yes or no, without any groups. */
function yesNo() {
  const { uniform } = dice(5);
  return Array.from({ length: 300 }, () => Array.from({ length: 6 }, () => Math.floor(2 * uniform())));
}

/** Purchases: two counts with many zeros, and an amount in hundredths. */
function purchases() {
  const { uniform, normal } = dice(6);
  return Array.from({ length: 800 }, () => {
    if (uniform() < 0.6) return [0, 0, Math.floor(3 * uniform())];
    const count = 1 + Math.floor(-3 * Math.log(uniform()));
    return [count, Math.round(100 * count * Math.exp(3 + 0.5 * normal())) / 100, count + Math.floor(10 * uniform())];
  });
}

/** @param {string | URL} file @param {number} [most] columns */
function read(file, most = Infinity) {
  const lines = readFileSync(file, "utf8").trim().split(/\r?\n/).slice(1);
  return lines.map((line) => {
    const cells = line.split(",").map(Number);
    return cells.filter((value, i) => i < most && !Number.isNaN(value));
  });
}

/** @param {number[][]} rows @param {number} decimals */
const rounded = (rows, decimals) => rows.map((row) => row.map((value) => Number(value.toFixed(decimals))));

/** @param {string | undefined} digits a file of 8 x 8 pixels from 0 to 16, if there is one @returns {Table[]} */
export function discreteTables(digits) {
  const iris = read(new URL("../../examples/iris.csv", FIXTURES), 4);
  const faithful = read(new URL("faithful.csv", FIXTURES), 2);
  const wine = read(new URL("wine.csv", FIXTURES), 5);
  const pixels = digits === undefined ? [] : read(digits, 64);
  return [
    { name: "logo", rows: logo(), K: [3, 6] },
    { name: "connections", rows: connections(), K: [2, 4, 6] },
    { name: "questionnaire, 2 types", rows: questionnaire(2, 6, 2), K: [2, 3] },
    { name: "questionnaire, 3 types", rows: questionnaire(3, 4, 3), K: [3, 4] },
    { name: "yes or no", rows: yesNo(), K: [2, 3] },
    { name: "purchases", rows: purchases(), K: [2, 3] },
    { name: "iris", rows: iris, K: [2, 3, 5] },
    { name: "iris in whole centimetres", rows: rounded(iris, 0), K: [2, 3] },
    { name: "faithful", rows: faithful, K: [2, 3] },
    { name: "faithful in whole minutes", rows: rounded(faithful, 0), K: [2, 3] },
    { name: "wine, 5 columns in tenths", rows: rounded(wine, 1), K: [3] },
    ...(pixels.length === 0
      ? []
      : [
          { name: "digits, 8 pixels", rows: pixels.map((row) => row.slice(26, 34)), K: [5, 10] },
          { name: "digits, 16 pixels", rows: pixels.map((row) => row.filter((_, i) => i % 4 === 2)), K: [10] },
        ]),
  ];
}
