// What test/runtimes/bundlers.test.mjs bundles for Node; CommonJS has no await at the top.
import { fitWithWorkers } from "./bundled.mjs";

fitWithWorkers().then((result) => console.log(JSON.stringify(result)));
