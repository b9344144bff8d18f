// A process that runs a script in edge-runtime's virtual machine: node edge-host.mjs SCRIPT FOLDER [cold]. FOLDER has the
// .wasm files, which the host compiles. Prints what the suite gives, with the cold start; or that alone.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EdgeVM } from "@edge-runtime/vm";

const [script, folder, mode] = process.argv.slice(2);
const text = readFileSync(script, "utf8");
const vm = new EdgeVM();
const begin = performance.now();
const [kernels, predictKernels] = await Promise.all(
  ["gaussmix", "predict"].map((name) => WebAssembly.compile(readFileSync(join(folder, `${name}.wasm`)))),
);
Object.assign(vm.context, { kernels, predictKernels });
vm.evaluate(text);
await vm.evaluate("first()");
const coldStart = performance.now() - begin;
const suite = mode === "cold" ? {} : JSON.parse(await vm.evaluate("suite()"));
console.log(JSON.stringify({ coldStart, ...suite }));
