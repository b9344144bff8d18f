// gaussmix/load: kernels that the caller brings.
import { Checks, equal, refuses } from "./check.mjs";
import { blobs } from "./data.mjs";

/**
 * @param module - the module `gaussmix/load`; nothing has been loaded yet.
 * @param gaussmix - the module `gaussmix`.
 * @param {Record<string, () => unknown>} sources - ways to bring the kernels.
 */
export function loadChecks({ load, GaussianMixture, Mixture }, gaussmix, sources) {
  const checks = new Checks();
  const data = blobs(300, 3, 2, 3);
  const options = { nComponents: 2, threads: 2 };
  checks.test("gaussmix/load asks for the kernels", async () => {
    const parameters = { weights: [1], means: [[0]], covariances: [[[1]]] };
    await refuses(() => Mixture.fromParameters(parameters), "MixtureError", /await load/, "UNSUPPORTED");
    await refuses(() => GaussianMixture.fit(data, options), "MixtureError", /await load/, "UNSUPPORTED");
  });
  checks.test("gaussmix/load refuses what is not the kernels", async () => {
    const empty = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
    await refuses(() => load(empty), "MixtureError", /this version/, "UNSUPPORTED");
    await refuses(() => load(new Response("", { status: 404 })), "MixtureError", /404/, "UNSUPPORTED");
    await refuses(() => load(7), "TypeError", /^source: expected a module.* got 7/);
    await refuses(() => load(), "TypeError", /^source: .* got undefined/);
  });
  for (const [name, source] of Object.entries(sources)) {
    checks.test(`gaussmix/load takes ${name}`, async () => {
      await load(source());
      const mixture = await GaussianMixture.fit(data, options);
      equal(mixture.toJSON(), gaussmix.GaussianMixture.fitSync(data, options).toJSON());
    });
  }
  return checks;
}
