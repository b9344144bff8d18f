// Writes docs/faithful.svg, the picture of the README, from a fit by the built library: `npm run docs:picture`.
// test/documents.test.ts holds the file to it.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);

/** Width and height of the drawing, and what is left around the plot for axes, in pixels. */
const SIZE = { width: 640, height: 300, left: 46, right: 12, top: 10, bottom: 40 };
/** What is plotted, in minutes: first and last of each axis and the step between ticks. */
const X = { first: 1.25, last: 5.5, step: 1, label: "length of an eruption, minutes" };
const Y = { first: 38, last: 102, step: 20, label: "wait for the next, minutes" };
/** Middle tones, which can be read on white and on black. */
const COLOURS = ["#2f81f7", "#db6d28"];
const GREY = "#7d8590";
/** Shares of a component inside its ellipses. */
const MASSES = [0.5, 0.95];

const along =
  ({ first, last }, from, to) =>
  (value) =>
    from + ((value - first) / (last - first)) * (to - from);
const x = along(X, SIZE.left, SIZE.width - SIZE.right);
const y = along(Y, SIZE.height - SIZE.bottom, SIZE.top);
const short = (value) => String(Number(value.toFixed(1)));

/** @param {ArrayLike<number>} polygon pairs of coordinates, one after the other. */
function outline(polygon) {
  const points = Array.from(
    { length: polygon.length / 2 },
    (_, i) => `${short(x(polygon[2 * i]))} ${short(y(polygon[2 * i + 1]))}`,
  );
  return `M${points.join("L")}Z`;
}

function axes() {
  const [bottom, left] = [SIZE.height - SIZE.bottom, SIZE.left];
  const ticks = ({ first, last, step }) =>
    Array.from({ length: Math.ceil(last / step) }, (_, i) => i * step).filter(
      (value) => value >= first && value <= last,
    );
  return [
    `<path d="M${left} ${SIZE.top}V${bottom}H${SIZE.width - SIZE.right}" fill="none" stroke="${GREY}"/>`,
    ...ticks(X).map((value) => `<text x="${short(x(value))}" y="${bottom + 16}" text-anchor="middle">${value}</text>`),
    ...ticks(Y).map((value) => `<text x="${left - 6}" y="${short(y(value) + 4)}" text-anchor="end">${value}</text>`),
    `<text x="${(left + SIZE.width - SIZE.right) / 2}" y="${SIZE.height - 6}" text-anchor="middle">${X.label}</text>`,
    `<text transform="translate(12 ${(SIZE.top + bottom) / 2})rotate(-90)" text-anchor="middle">${Y.label}</text>`,
  ];
}

/**
 * The picture.
 *
 * @param {typeof import("../src/index.ts")} gaussmix
 * @returns {string} SVG.
 */
export function picture({ GaussianMixture, ellipse }) {
  const [, ...lines] = readFileSync(new URL("test/fixtures/faithful.csv", root), "utf8").trim().split(/\r?\n/);
  const rows = lines.map((line) => line.split(",").map(Number));
  const mixture = GaussianMixture.fitSync(rows, { nComponents: 2 });
  const labels = mixture.predict(rows);
  const parts = COLOURS.flatMap((colour, k) => {
    const own = rows.filter((_, n) => labels[n] === k);
    const points = own.map(([length, wait]) => `M${short(x(length))} ${short(y(wait))}h0`).join("");
    return [
      `<path d="${points}" fill="none" stroke="${colour}" stroke-width="5" stroke-linecap="round" stroke-opacity=".6"/>`,
      ...MASSES.map((mass) => {
        const { polygon } = ellipse(mixture, k, { mass, nPoints: 48 });
        return `<path d="${outline(polygon)}" fill="${colour}" fill-opacity=".08" stroke="${colour}" stroke-width="1.5"/>`;
      }),
    ];
  });
  const shares = [...mixture.weights].map((weight) => `${(100 * weight).toFixed(0)} %`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-labelledby="title desc" font-family="sans-serif" font-size="12" fill="${GREY}">`,
    `<title id="title">Eruptions of Old Faithful and the two components fitted to them</title>`,
    `<desc id="desc">${rows.length} eruptions by their length and the wait for the next. Short ones with short waits (${shares[0]}) and long ones with long waits (${shares[1]}) each have an ellipse around half and one around 95 % of their component.</desc>`,
    ...parts,
    ...axes(),
    "</svg>",
    "",
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL("docs/faithful.svg", root), picture(await import("../dist/index.js")));
}
