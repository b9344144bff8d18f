// The playground in Chromium: what people do with it, by mouse, by finger and by keys.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { GaussianMixture } from "../../dist/index.js";
import { firstFiles, playgroundSizes } from "../../tools/site.mjs";
import { known, launch, serve, settled } from "./harness.mjs";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const screenshots = fileURLToPath(new URL("../screenshots/", import.meta.url));
const IRIS = readFileSync(new URL("../../examples/iris.csv", import.meta.url));

let server;
let browser;
/** What pages have complained of. */
const complaints = [];
let page;

beforeAll(async () => {
  mkdirSync(screenshots, { recursive: true });
  [server, browser] = await Promise.all([serve(), launch()]);
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});
afterEach(async () => {
  await page?.context().close();
  expect(complaints.splice(0), "the console is free of errors").toEqual([]);
});

async function open(hash = "", settings = {}) {
  const context = await browser.newContext({
    viewport: { width: 1360, height: 1000 },
    acceptDownloads: true,
    ...settings,
  });
  page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`${server.url}${hash}`);
  await settled(page);
  return page;
}

/** A picture of the page for people to look at, when they are asked for. */
async function shoot(name, part = page) {
  if (process.env.SCREENSHOTS !== "1") return;
  await page.waitForTimeout(600);
  await part.screenshot({ path: `${screenshots}${name}.png`, scale: "css" });
}

/** What axe finds wrong. */
async function violations() {
  await page.addScriptTag({ path: axe });
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}

/** The middle of an element. */
async function middle(selector) {
  const box = await page.locator(selector).boundingBox();
  return [box.x + box.width / 2, box.y + box.height / 2];
}

/** What a button gives to save. */
async function saved(id) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(id)]);
  return readFileSync(await download.path(), "utf8");
}

const MEAN = (k) => `[data-part=mean][data-k="${k}"]`;

describe("the page", () => {
  test("weighs at most 150 KB gzipped before data, library included", () => {
    const sizes = playgroundSizes();
    expect(Object.keys(sizes)).toEqual(expect.arrayContaining(firstFiles()));
    expect(firstFiles().reduce((sum, name) => sum + sizes[name], 0)).toBeLessThanOrEqual(150_000);
  });

  test("loads no more than that at first, and nothing from elsewhere", async () => {
    const asked = [];
    const context = await browser.newContext();
    page = await context.newPage();
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(server.url);
    await settled(page);
    const files = asked.filter((url) => !url.startsWith("data:") && !url.startsWith("blob:"));
    expect(files.every((url) => url.startsWith(server.url))).toBe(true);
    const names = new Set(files.map((url) => url.slice(server.url.length) || "index.html"));
    expect([...names].sort()).toEqual(firstFiles().sort());
  });

  test("fits the first example soon after it has loaded, and moves nothing about", async () => {
    await open();
    const { fit } = await known(page, "fit");
    expect(fit.logLikelihood).toBeCloseTo(-1130.264, 3);
    expect(await page.textContent("#found")).toMatch(/^2 groups in 272 rows\. It is less than 90 % sure of \d+ rows?/);
    const shift = await page.evaluate(
      () =>
        new Promise((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
          }).observe({ type: "layout-shift", buffered: true });
          setTimeout(() => resolve(sum), 300);
        }),
    );
    expect(shift).toBeLessThan(0.1);
    await shoot("desktop");
  });

  for (const name of [
    "separated",
    "stretched",
    "spike",
    "unequal",
    "outlier",
    "faithful",
    "iris-width",
    "iris-petals",
    "wave",
    "picture",
    "large",
  ]) {
    test(`shows the example ${name}, and axe finds nothing wrong`, async () => {
      await open();
      await page.click(`[data-preset="${name}"]`);
      await page.waitForFunction((wanted) => globalThis.playground.store.state.source.name === wanted, name);
      await settled(page);
      expect(new URL(page.url()).hash).toContain(`data=${name}`);
      expect(await page.getAttribute("#points", "aria-label")).toMatch(/groups? in/);
      expect(await violations()).toEqual([]);
      await shoot(`preset-${name}`, page.locator("#stage"));
    });
  }

  test("gives the figures of the lecture notes for the petals of iris", async () => {
    await open("#data=iris-petals");
    const { parameters } = await known(page, "parameters");
    const first = Object.values(parameters.means).indexOf(
      Math.min(...Object.values(parameters.means).filter((_, n) => n % 2 === 0)),
    );
    expect(parameters.means[first]).toBeCloseTo(1.462, 3);
    expect(parameters.means[first + 1]).toBeCloseTo(0.246, 3);
    await page.goto(`${server.url}#data=iris-width`);
    await page.reload();
    await settled(page);
    const narrow = (await known(page, "parameters")).parameters;
    const [mean, variance] = [0, 0].map((k, part) => (part === 0 ? narrow.means[k] : narrow.covariances[k]));
    expect(mean).toBeCloseTo(0.239, 3);
    expect(variance).toBeCloseTo(0.0086, 3);
  });
});

describe("steps", () => {
  test("E and M by turns raise the log-likelihood, as far as the fit from a start that leads there", async () => {
    await open("#data=separated");
    const { best } = await known(page, "best");
    await page.click("#random");
    await page.waitForFunction(() => globalThis.playground.store.state.trace.length === 0);
    expect((await known(page, "phase")).phase).toBe("e");
    for (let step = 0; step < 3; step++) {
      await page.click("#e");
      await page.waitForFunction((n) => globalThis.playground.store.state.trace.length === n, step + 1);
      await page.click("#m");
      await page.waitForFunction(() => globalThis.playground.store.state.phase === "e");
    }
    const { trace } = await known(page, "trace");
    expect(trace).toEqual(trace.toSorted((a, b) => a - b));
    await page.selectOption("#speed", "60");
    await page.click("#play");
    await page.waitForFunction(() => /^At rest/.test(document.querySelector("#message").textContent));
    const end = (await known(page, "trace")).trace.at(-1);
    expect(end).toBeLessThan(best + 0.01);
  });

  test("play can be paused", async () => {
    await open("#data=unequal");
    await page.click("#random");
    await page.selectOption("#speed", "8");
    await page.click("#play");
    await page.waitForFunction(() => globalThis.playground.store.state.trace.length > 2);
    await page.click("#play");
    const { trace, isPlaying } = await known(page, "trace", "isPlaying");
    expect(isPlaying).toBe(false);
    await page.waitForTimeout(500);
    expect((await known(page, "trace")).trace.length).toBeLessThanOrEqual(trace.length + 1);
  });

  test("a mean that is dragged comes back to its group, and an axis of an ellipse too", async () => {
    await open("#data=separated");
    await page.selectOption("#speed", "60");
    for (const part of ["mean", "long"]) {
      const before = (await known(page, "parameters")).parameters;
      const [x, y] = await middle(`[data-part=${part}][data-k="0"]`);
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + 40, y - 30, { steps: 4 });
      const held = (await known(page, "parameters")).parameters;
      expect(part === "mean" ? held.means : held.covariances).not.toEqual(
        part === "mean" ? before.means : before.covariances,
      );
      await page.mouse.up();
      await page.waitForFunction(() => /the best found so far/.test(document.querySelector("#message").textContent));
      const after = (await known(page, "parameters")).parameters;
      for (const [n, mean] of Object.entries(before.means)) expect(after.means[n]).toBeCloseTo(mean, 2);
    }
  });

  test("hovering over a point shows the arithmetic of its responsibilities", async () => {
    await open();
    const [x, y] = await page.evaluate(() => {
      const { x, y } = globalThis.playground.plot.places;
      const box = document.querySelector("#stage").getBoundingClientRect();
      return [box.left + x[0], box.top + y[0]];
    });
    await page.mouse.move(x, y);
    await page.waitForSelector("#tip:not([hidden])");
    expect(await page.textContent("#tip")).toMatch(/weight × density = product; ÷ sum\n1: [\d.]+ × .* = .*; ÷ .* = \d/);
  });
});

describe("data of one's own", () => {
  test("a CSV file is read, its groups are chosen by BIC, and the model, the labels and the picture can be saved", async () => {
    await open();
    await page.setInputFiles("#file", { name: "iris.csv", mimeType: "text/csv", buffer: IRIS });
    await page.waitForFunction(() => globalThis.playground.store.state.source.name === "iris.csv");
    await settled(page);
    const { k, type, rows } = await known(page, "k", "type", "rows");
    expect([k, type]).toEqual([2, "full"]);
    expect(rows.chosen).toEqual([0, 1, 2, 3]);
    expect(await page.textContent("#preferred")).toContain("BIC prefers 2 groups");
    const model = GaussianMixture.fromJSON(await saved("#save-model"));
    expect(model.columns).toEqual(["sepal_length", "sepal_width", "petal_length", "petal_width"]);
    const lines = (await saved("#save-labels")).trim().split("\n");
    expect(lines[0]).toBe("sepal_length,sepal_width,petal_length,petal_width,species,group,probability,log density");
    const values = lines.slice(1).map((line) => line.split(","));
    const labels = model.predict(values.map((cells) => cells.slice(0, 4).map(Number)));
    expect(values.map((cells) => Number(cells[5]))).toEqual([...labels].map((label) => label + 1));
    const drawing = await saved("#save-svg");
    expect(drawing.match(/<circle cx/g)).toHaveLength(150);
    expect(drawing).toContain("<title>iris.csv</title>");
    await shoot("own-data");
  });

  test("pasted rows take the place of the example; rows with empty cells are left out and counted", async () => {
    await open();
    await page.fill("#paste", "a;b\n1,5;2\n2,5;\n3;4\n1;1\n2;2,5\n9;8\n8;9\n9,5;9\n");
    await page.click("#use");
    await page.waitForFunction(() => globalThis.playground.store.state.rows.skipped === 1);
    await settled(page);
    expect(await page.textContent("#found")).toMatch(/in 7 rows.*1 row with an empty cell left out/);
  });

  test("what is no table is refused in words, and what was there stays", async () => {
    await open();
    await page.fill("#paste", "only words\nand more of them");
    await page.click("#use");
    await page.waitForSelector("#message.error");
    expect(await page.textContent("#message")).toContain("No column holds numbers");
    expect((await known(page, "source")).source.name).toBe("faithful");
  });

  test("names of columns and texts are never taken for HTML", async () => {
    await open();
    await page.fill("#paste", '__proto__,"<img src=x onerror=alert(1)>"\n1,2\n2,1\n1,1.5\n8,9\n9,9\n8,8\n');
    await page.click("#use");
    await page.waitForFunction(() => globalThis.playground.store.state.table.nRows === 6);
    await settled(page);
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.textContent("#columns")).toContain("<img src=x");
    expect(await saved("#save-labels")).toMatch(/^__proto__,<img src=x onerror=alert\(1\)>,group/);
  });

  test("a Parquet file is read by a reader that comes when it is asked for", async () => {
    await open();
    const values = Float64Array.from({ length: 60 }, (_, n) => (n % 2) * 5 + n / 100);
    await page.setInputFiles("#file", {
      name: "two.parquet",
      mimeType: "",
      buffer: Buffer.from(parquetWriteBuffer({ columnData: [{ name: "width", data: [...values], type: "DOUBLE" }] })),
    });
    await page.waitForFunction(() => globalThis.playground.store.state.source.name === "two.parquet");
    await settled(page);
    expect(Object.values((await known(page, "rows")).rows.values)).toEqual([...values]);
  });

  test("a photograph is cut up by colour", async () => {
    await open();
    const picture = await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(60, 40);
      const context = canvas.getContext("2d");
      for (const [n, colour] of ["#d02020", "#2030c0"].entries()) {
        context.fillStyle = colour;
        context.fillRect(30 * n, 0, 30, 40);
      }
      for (let n = 0; n < 300; n++) {
        context.fillStyle = `rgb(${(37 * n) % 255} ${(91 * n) % 255} ${(53 * n) % 255} / 15%)`;
        context.fillRect((n * 7) % 60, (n * 11) % 40, 3, 2);
      }
      return [...new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer())];
    });
    await page.setInputFiles("#file", { name: "photo.png", mimeType: "image/png", buffer: Buffer.from(picture) });
    await page.waitForFunction(() => globalThis.playground.store.state.source.name === "photo.png");
    await settled(page);
    expect(await page.isVisible("#photo")).toBe(true);
    expect((await known(page, "rows")).rows.origin).toBeDefined();
    expect(await page.textContent("#found")).toMatch(/in 2,400 pixels/);
  });

  test("points are added, picked by the lasso, moved and deleted, and the address keeps them", async () => {
    await open("#points=1_1_1.5_1.2_1.2_0.7_4_4_4.5_4.1_4.2_3.6_1.1_0.9_4.4_4.4");
    expect(await page.textContent("#found")).toMatch(/2 groups in 8 rows/);
    await page.click("#tools >> text=Add");
    const stage = await page.locator("#stage").boundingBox();
    await page.mouse.click(stage.x + stage.width / 2, stage.y + stage.height / 2);
    await page.waitForFunction(() => globalThis.playground.store.state.table.nRows === 9);
    await page.click("#tools >> text=Lasso");
    const [cx, cy] = [stage.x + stage.width / 2, stage.y + stage.height / 2];
    await page.mouse.move(cx - 40, cy - 40);
    await page.mouse.down();
    for (const [dx, dy] of [
      [40, -40],
      [40, 40],
      [-40, 40],
    ])
      await page.mouse.move(cx + dx, cy + dy, { steps: 3 });
    await page.mouse.up();
    expect(await page.textContent("#delete")).toBe("Delete 1 point");
    await page.click("#delete");
    await page.waitForFunction(() => globalThis.playground.store.state.table.nRows === 8);
    expect(new URL(page.url()).hash).toMatch(/points=1_1_1\.5/);
  });
});

describe("questions and comparisons", () => {
  test("the slider marks anomalies, with a contour; the regression says what to expect", async () => {
    await open("#data=outlier");
    await page.check("#anomalies");
    await page.waitForFunction(() => globalThis.playground.store.state.nFlagged > 0);
    const { flags, contour } = await known(page, "flags", "contour");
    expect(flags[300]).toBe(1);
    expect(contour.length).toBeGreaterThan(20);
    await page.check("#regression");
    await page.waitForFunction(() => /the model expects y/.test(document.querySelector("#expected").textContent));
    expect(new URL(page.url()).hash).toMatch(/anomalies=0\.02.*regression=1/);
    await shoot("questions");
  });

  test("k-means stands beside the mixture, and goes again", async () => {
    await open("#data=stretched");
    await page.click("#kmeans");
    await page.waitForSelector(".centre");
    expect(await page.textContent("#compare")).toMatch(/\d+ % of the rows lie with others/);
    await shoot("k-means");
    await page.click("#kmeans");
    await page.waitForFunction(() => document.querySelector(".centre") === null);
  });

  test("several starts end side by side, and one can be taken", async () => {
    await open("#data=unequal");
    await page.selectOption("#speed", "60");
    await page.click("#starts");
    await page.waitForSelector(".starts button");
    expect(await page.locator(".starts button").count()).toBe(6);
    await page.locator(".starts button").first().click();
    await page.waitForFunction(() => /^At rest/.test(document.querySelector("#message").textContent));
  });

  test("the table of criteria fills in, and can be chosen from", async () => {
    await open("#data=separated&k=5");
    expect(await page.locator("#criteria td").count()).toBe(36);
    await page.click("text=Take it");
    await settled(page);
    expect((await known(page, "k")).k).toBe(3);
    expect(await page.locator("#groups li").count()).toBe(3);
  });

  test("the code is there in three languages", async () => {
    await open("#data=iris-petals&k=3&type=tied");
    expect(await page.textContent("#code")).toContain('nComponents: 3, covarianceType: "tied"');
    await page.selectOption("#language", "Command line");
    expect(await page.textContent("#code")).toContain("-k 3 --covariance tied --columns 'petal length,petal width'");
    await page.selectOption("#language", "Python");
    expect(await page.textContent("#code")).toContain('covariance_type="tied"');
  });
});

describe("people", () => {
  test("keys alone lead through load, fit, step, a mean, a point, and a file to save", async () => {
    await open("", { reducedMotion: "reduce" });
    const focus = async (selector) => {
      for (let presses = 0; presses < 80; presses++) {
        await page.keyboard.press("Tab");
        if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
      }
      throw new Error(`Tab does not lead to ${selector}`);
    };
    await focus('[data-preset="separated"]');
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => globalThis.playground.store.state.source.name === "separated");
    await settled(page);
    await focus("#stage");
    for (let n = 0; n < 3; n++) await page.keyboard.press("Shift+ArrowLeft");
    const nearest = await page.evaluate(() => {
      const { plot } = globalThis.playground;
      const [x, y] = plot.overlay.cursor;
      return plot.nearest(x, y, 1000);
    });
    await page.evaluate((n) => {
      const { plot, store } = globalThis.playground;
      plot.overlay.cursor = [plot.places.x[n] + 3, plot.places.y[n]];
      store.set({ hovered: n });
    }, nearest);
    const before = (await known(page, "rows")).rows.values;
    await page.keyboard.press("Enter");
    for (let n = 0; n < 3; n++) await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.waitForFunction(
      ([n, y]) => globalThis.playground.store.state.rows.values[2 * n + 1] > y,
      [nearest, before[2 * nearest + 1]],
    );
    await page.waitForFunction(() => !globalThis.playground.store.state.isPlaying);
    await focus(MEAN(0));
    const mean = (await known(page, "parameters")).parameters.means[0];
    await page.keyboard.press("Shift+ArrowRight");
    expect((await known(page, "parameters")).parameters.means[0]).toBeGreaterThan(mean);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => /^At rest/.test(document.querySelector("#message").textContent));
    await focus("#e");
    await page.keyboard.press("Enter");
    await focus("#k");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Tab");
    await page.waitForFunction(() => globalThis.playground.store.state.fit?.parameters.nComponents === 4);
    await focus("#save-model");
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
    expect(GaussianMixture.fromJSON(readFileSync(await download.path(), "utf8")).nComponents).toBe(4);
  });

  test("a phone shows all of it, nothing wider than the screen", async () => {
    await open("", { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.tap('[data-preset="stretched"]');
    await page.waitForFunction(() => globalThis.playground.store.state.source.name === "stretched");
    await settled(page);
    expect(await violations()).toEqual([]);
    await shoot("phone");
  });

  test("the dark page is as readable as the light one, and colours follow", async () => {
    await open("#data=iris-petals&anomalies=0.05", { colorScheme: "dark" });
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
    expect(await violations()).toEqual([]);
    await shoot("dark");
    await page.click("#theme");
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("light");
    await page.waitForFunction(() => globalThis.playground.store.state.shade.colours[0] !== 0);
  });

  test("a fit can be stopped, and the page goes on", async () => {
    await open("#data=large");
    await page.fill("#k", "20");
    await page.press("#k", "Tab");
    await page.waitForSelector("#stop:not([hidden])");
    await page.click("#stop");
    await page.waitForFunction(() => globalThis.playground.store.state.busy === undefined);
    await page.click('[data-preset="faithful"]');
    await page.waitForFunction(() => globalThis.playground.store.state.source.name === "faithful");
    await settled(page);
    expect(await page.textContent("#found")).toMatch(/in 272 rows/);
  });
});
