// The examples do what they say.
import { cpSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { browsers, serveFolder } from "./browsers.mjs";
import { answer, bin, consumer, library, output, root } from "./harness.mjs";
import { bundled, serve } from "./workerd.mjs";

cpSync(new URL("examples/", root), new URL("examples/", consumer), { recursive: true });
// pages take the file that lies beside the examples
cpSync(new URL("dist/", library), new URL("dist/", consumer), { recursive: true });

describe("the example for", () => {
  test("Node finds the three kinds of flowers", async () => {
    const text = await output(process.execPath, ["examples/iris.mjs"]);
    expect(text).toContain("log-likelihood  -180.185");
    expect(text).toMatch(/component \d +50 +0 +0$/m);
  });

  test("Deno finds that two full components describe them best", async () => {
    const text = await output(bin("deno"), ["run", "--quiet", "--no-prompt", "--allow-read=.", "examples/deno.ts"]);
    expect(text.split("\n")[0]).toMatch(/^full, 2 components: BIC 574\.\d\d$/);
  });

  test("Bun finds the flower with the lowest density", async () => {
    const text = await output(bin("bun"), ["examples/bun.ts"]);
    expect(text.split("\n")[0]).toMatch(/^row 119: 7\.7,2\.6,6\.9,2\.3,virginica, log-density -7\.\d\d$/);
    expect(text.trim().split("\n")).toHaveLength(5);
  });

  test("a notebook labels its rows", async () => {
    const observable = pathToFileURL(createRequire(import.meta.url).resolve("@observablehq/runtime")).href;
    const options = ["notebook-host.mjs", "examples/notebook.js", "labels", observable];
    const labels = await answer(process.execPath, ["--no-warnings", ...options]);
    expect(labels.map((label) => label === labels[0])).toEqual([true, true, true, false, false, false]);
  });

  test("Cloudflare has the model that its script makes", async () => {
    const model = new URL("examples/cloudflare-worker/model.json", consumer);
    const kept = JSON.parse(readFileSync(model, "utf8"));
    await output(process.execPath, ["examples/cloudflare-worker/fit.mjs"]);
    const made = JSON.parse(readFileSync(model, "utf8"));
    // not to the bit: the model is no record of the kernels
    expect(made.threshold).toBeCloseTo(kept.threshold, 3);
    expect(made.mixture.columns).toEqual(kept.mixture.columns);
    for (const name of ["weights", "means", "covariances"]) {
      const [numbers, wanted] = [made, kept].map(({ mixture }) => mixture[name].flat(2));
      expect(numbers).toHaveLength(wanted.length);
      numbers.forEach((number, i) => {
        expect(number).toBeCloseTo(wanted[i], 3);
      });
    }
  });

  test("Cloudflare scores anomalies", async () => {
    const worker = await serve(await bundled("examples/cloudflare-worker/worker.mjs"));
    const post = (body) => fetch(worker.url, { method: "POST", body: JSON.stringify(body) });
    const flower = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };
    try {
      const answers = await (await post([flower, { ...flower, petal_length: 5 }])).json();
      expect(answers.map(({ anomaly }) => anomaly)).toEqual([false, true]);
      expect(answers[0].logDensity).toBeGreaterThan(answers[1].logDensity);
      const { sepal_width, ...rest } = flower;
      const refused = await post(rest);
      expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining("sepal_width")]);
      expect((await fetch(worker.url)).status).toBe(405);
    } finally {
      await worker.stop();
    }
  });

  for (const [name, launch] of Object.entries(browsers)) {
    test(`a page works in ${name}`, async () => {
      const server = await serveFolder(consumer);
      const browser = await launch(false);
      try {
        const clusters = await browser.open(`${server.url}examples/page.html`);
        expect(await resultOf(clusters)).toMatch(/^BIC \d{4}\.\d$/);
        expect(await clusters.evaluate("document.querySelectorAll('circle').length")).toBe(600);
        expect(await clusters.evaluate("document.querySelectorAll('ellipse').length")).toBe(3);
        await clusters.close();

        const colours = await browser.open(`${server.url}examples/segmentation.html`);
        const shares = (await resultOf(colours)).match(/[\d.]+(?= %)/g).map(Number);
        // sun, house, meadow and sky, in pixels, as they are painted
        const painted = [2025, 11000, 24400, 39375].map((pixels) => (100 * pixels) / (320 * 240));
        expect(shares.sort((one, other) => one - other).map((share, i) => Math.abs(share - painted[i]) < 0.15)).toEqual(
          [true, true, true, true],
        );
        await colours.close();
      } finally {
        await browser.close();
        await server.close();
      }
    });
  }
});

/** What the page says when it is done. */
async function resultOf(page) {
  for (;;) {
    const text = await page.evaluate("document.querySelector('#result')?.textContent ?? 'fitting …'");
    if (text !== "fitting …") return text;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
