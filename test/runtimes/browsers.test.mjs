// Pages in Chromium, Firefox and WebKit, with and without cross-origin isolation, and under content security policies.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browsers, reportOf, serveFolder } from "./browsers.mjs";
import { consumer, expectSuite, record } from "./harness.mjs";

const COLD_STARTS = 9;
let order = 10;

/** A server for the length of the work. */
async function served(settings, work) {
  const server = await serveFolder(consumer, settings);
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

for (const [name, launch] of Object.entries(browsers)) {
  for (const isolated of [true, false]) {
    const row = order++;
    describe(`${name}, ${isolated ? "" : "not "}cross-origin isolated`, () => {
      let browser;
      beforeAll(async () => {
        browser = await launch(isolated);
      });
      afterAll(() => browser?.close());

      test("has the API, threads where memory is shared, and the bits", () =>
        served({ isolated }, async (server) => {
          const result = await reportOf(browser, server, "page.html");
          const coldStarts = [];
          for (let round = 0; round < COLD_STARTS; round++) {
            coldStarts.push((await reportOf(browser, server, "page.html?cold")).coldStart);
          }
          record(row, name, browser.version, { ...result, coldStart: Math.min(...coldStarts) }, isolated);
          expect(result.isolated).toBe(isolated);
          expectSuite(result, isolated);
        }));

      if (!isolated) return;
      const WASM = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

      test("works under a policy of 'wasm-unsafe-eval' alone, on one thread", async () => {
        const result = await served({ isolated, policy: WASM }, (server) => reportOf(browser, server, "policy.html"));
        expect(result).toEqual({ isolated: true, same: true, served: 0 });
      });

      test("takes threads where the policy has worker-src blob:", async () => {
        const policy = `${WASM}; worker-src blob:`;
        const result = await served({ isolated, policy }, (server) => reportOf(browser, server, "policy.html?threads"));
        expect(result).toMatchObject({ isolated: true, same: true });
        expect(result.served).toBeGreaterThan(0);
      });

      test("says what a policy without it must allow", async () => {
        const policy = "default-src 'self'";
        const { refused } = await served({ isolated, policy }, (server) => reportOf(browser, server, "policy.html"));
        expect(refused).toMatchObject({ name: "MixtureError", code: "UNSUPPORTED" });
        expect(refused.message).toMatch(/^gaussmix: expected leave to compile .*'wasm-unsafe-eval'/);
      });
    });
  }
}
