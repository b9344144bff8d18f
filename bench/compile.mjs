// AssemblyScript beside the benches, compiled when they run.
import { mkdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

/**
 * Compiles an AssemblyScript file into build/. Its module imports `env.memory` and knows no other.
 *
 * @param {string} file under bench/
 * @param {Record<string, number>} [constants] by name, known to the file.
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compile(file, constants = {}) {
  const root = new URL("..", import.meta.url);
  const uses = Object.entries(constants).map(([name, value]) => `${name}=${value}`);
  const outFile = `build/bench-${[basename(file, ".ts"), ...uses].join("-")}.wasm`;
  mkdirSync(new URL("build/", root), { recursive: true });
  const baseDir = fileURLToPath(root);
  // the name of a configuration that is not there: the library's own would add its entries
  const options = ["--config", "bench/none.json", "--runtime", "stub", "-O3", "--noAssert", "--enable", "simd"];
  const { error, stderr } = await asc.main([
    `bench/${file}`,
    ...["--baseDir", baseDir, "--outFile", outFile, "--importMemory", "--noExportMemory", "--initialMemory", "1"],
    ...options,
    ...uses.flatMap((use) => ["--use", use]),
  ]);
  if (error) throw new Error(`${file} does not compile: ${error.message}\n${stderr}`);
  return new WebAssembly.Module(readFileSync(new URL(outFile, root)));
}
