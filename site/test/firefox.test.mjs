// The playground in Firefox: it loads, fits and chooses.
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchFirefox } from "../../test/runtimes/firefox.mjs";
import { serve } from "./harness.mjs";

let server;
let firefox;
beforeAll(async () => {
  [server, firefox] = await Promise.all([serve(), launchFirefox()]);
});
afterAll(async () => {
  await firefox?.close();
  server?.close();
});

test("the playground fits in Firefox, and draws what it has found", async () => {
  const page = await firefox.open(`${server.url}#data=iris-petals`);
  const read =
    "JSON.stringify([document.querySelector('#found').textContent, document.querySelector('#preferred').textContent, document.querySelectorAll('.component').length])";
  let found = [];
  for (let attempt = 0; attempt < 200 && !/^BIC prefers/.test(found[1] ?? ""); attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    found = JSON.parse(await page.evaluate(read));
  }
  expect(found).toEqual([
    expect.stringMatching(/^3 groups in 150 rows/),
    expect.stringMatching(/^BIC prefers 3 groups/),
    3,
  ]);
});
