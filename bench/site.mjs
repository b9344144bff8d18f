// The playground in a Chromium without a window: how long frames take while EM is shown, and how soon the first fit is there.
// `npm run site && node bench/site.mjs`; it exits with 1 where a limit is not kept.
import { launch, serve, settled } from "../site/test/harness.mjs";

/** Points, and the median of the time from frame to frame that is allowed, in milliseconds; 0.1 is what the clock is rounded by. */
const LIMITS = [
  [20_000, 16.7],
  [100_000, 33],
];
/** First fit after the page was asked for, in milliseconds. */
const FIRST_FIT = 1000;

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
let failed = false;
function told(name, value, limit) {
  if (!(value <= limit + 0.1)) failed = true;
  console.log(`| ${name} | ${value.toFixed(1)} | ${limit} |`);
}

const [server, browser] = await Promise.all([serve(), launch()]);
console.log(`Chromium ${browser.version()}\n\n| | ms | at most |\n|---|---|---|`);

const first = [];
for (let round = 0; round < 5; round++) {
  const page = await browser.newPage();
  await page.goto(server.url, { waitUntil: "commit" });
  await page.waitForFunction(() => globalThis.playground?.store.state.fit !== undefined, undefined, { polling: "raf" });
  first.push(await page.evaluate(() => performance.now()));
  await page.close();
}
told("first fit after the page was asked for, median of 5", median(first), FIRST_FIT);

for (const [points, limit] of LIMITS) {
  const page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
  await page.goto(`${server.url}#data=large`);
  await settled(page);
  const { frames, drawn } = await page.evaluate(async (count) => {
    const { store, work, plot } = globalThis.playground;
    const { source, title, hint, table, k, type } = store.state;
    const columns = table.columns.map((column) => ({
      ...column,
      numbers: column.numbers.filter((_, n) => n % Math.round(100_000 / count) === 0),
    }));
    await work.load({ source, title, hint, table: { columns, nRows: count }, chosen: [0, 1], k, type, auto: false });
    work.stop();
    store.set({ speed: 2 });
    await work.randomStart();
    const playing = work.play();
    plot.drawn.length = 0;
    const frames = [];
    let last = performance.now();
    await new Promise((resolve) => {
      const began = last;
      const frame = (now) => {
        frames.push(now - last);
        last = now;
        if (now - began < 6000) requestAnimationFrame(frame);
        else resolve();
      };
      requestAnimationFrame(frame);
    });
    work.stop();
    await playing;
    return { frames: frames.slice(2), drawn: [...plot.drawn] };
  }, points);
  told(`${points.toLocaleString("en-GB")} points: from frame to frame while EM plays, median`, median(frames), limit);
  told(`${points.toLocaleString("en-GB")} points: drawing one frame, median`, median(drawn), limit);
  await page.close();
}
await browser.close();
server.close();
process.exitCode = failed ? 1 : 0;
