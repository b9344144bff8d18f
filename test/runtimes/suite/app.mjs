// What test/runtimes/bundlers.test.mjs bundles for pages.
import { fitWithWorkers } from "./bundled.mjs";
import { report } from "./report.mjs";

await report(async () => ({ isolated: crossOriginIsolated, ...(await fitWithWorkers()) }));
