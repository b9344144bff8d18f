// What every runtime is asked about the API (test/runtimes/suite), asked of the sources: `npm run test:runtimes` takes minutes
// and its own installation, and an export that its suite does not call is to be seen before.
import { expect, test } from "vitest";
import * as gaussmix from "../src/index.ts";
import * as predict from "../src/predict.ts";
import { apiChecks } from "./runtimes/suite/api.mjs";

test("the suite of the runtimes calls the whole API, and passes", async () => {
  const { passed, failures } = await apiChecks(gaussmix, predict).run();
  expect(failures).toEqual([]);
  expect(passed).toBeGreaterThan(Object.keys(gaussmix).length);
});
