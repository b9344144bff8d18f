// Pages in Chromium, Firefox and WebKit, with and without cross-origin isolation, and under content security policies.
import { afterAll, describe, expect, test } from "vitest";
import { browsers, reportOf, serveFolder } from "./browsers.mjs";
import { COLD_STARTS, consumer, expectSuite } from "./harness.mjs";
import { record } from "./matrix.mjs";

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
    describe(`${name}, ${isolated ? "" : "not "}cross-origin isolated`, () => {
      let launched;
      // in the tests, so that each fails if there is none
      const launchedOnce = async () => {
        launched ??= await launch(isolated);
        return launched;
      };
      afterAll(() => launched?.close());

      test("has the API, threads where memory is shared, and the bits", () =>
        served({ isolated }, async (server) => {
          const browser = await launchedOnce();
          const result = await reportOf(browser, server, "page.html");
          const coldStarts = [];
          for (let round = 0; round < COLD_STARTS; round++) {
            coldStarts.push((await reportOf(browser, server, "page.html?cold")).coldStart);
          }
          const row = `${name}, ${isolated ? "" : "not "}isolated`;
          record(row, browser.version, { ...result, coldStart: Math.min(...coldStarts) });
          expect(result.isolated).toBe(isolated);
          expectSuite(result, isolated);
        }));

      if (!isolated) return;
      if (name === "Chromium") {
        for (const file of ["index.js", "predict.js", "gaussmix.min.js"]) {
          test(`shows in its console what a mixture of ${file} is`, () =>
            served({ isolated }, async (server) => {
              const page = await (await launchedOnce()).open(`${server.url}page.html?cold`);
              const start = "{ weights: [0.5, 0.5], means: [[3], [6]], covariances: [[[1]], [[1]]] }";
              const library = `import("/node_modules/gaussmix/dist/${file}")`;
              const shown = await page.shown(
                `${library}.then(({ Mixture, GaussianMixture = Mixture }) => GaussianMixture.fromParameters(${start}))`,
              );
              await page.close();
              const isFitted = file !== "predict.js";
              expect(shown.title).toBe(isFitted ? "GaussianMixture" : "Mixture");
              const own = ["covarianceType: full", "nComponents: 2", "nFeatures: 1"];
              expect(shown.members).toEqual(expect.arrayContaining(isFitted ? [...own, "report: undefined"] : own));
            }));
        }
      }

      const WASM = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
      const reported = (policy, page) =>
        served({ isolated, policy }, async (server) => reportOf(await launchedOnce(), server, page));

      test("works under a policy of 'wasm-unsafe-eval' alone, on one thread", async () => {
        const result = await reported(WASM, "policy.html");
        expect(result).toEqual({ isolated: true, same: true, served: 0 });
      });

      test("takes threads where the policy has worker-src blob:", async () => {
        const result = await reported(`${WASM}; worker-src blob:`, "policy.html?threads");
        expect(result).toMatchObject({ isolated: true, same: true });
        expect(result.served).toBeGreaterThan(0);
      });

      test("says what a policy without it must allow", async () => {
        const { refused } = await reported("default-src 'self'", "policy.html");
        expect(refused).toMatchObject({ name: "MixtureError", code: "UNSUPPORTED" });
        expect(refused.message).toMatch(/^gaussmix: expected leave to compile .*'wasm-unsafe-eval'/);
      });
    });
  }
}
