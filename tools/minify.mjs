// The smallest text of a bundle: esbuild shortens private names, terser inlines and folds what esbuild leaves.
import { transform } from "esbuild";
import { minify } from "terser";

/** @param {string} code - one ES module. @returns {Promise<string>} */
export async function minified(code) {
  const { code: short } = await transform(code, { minify: true, format: "esm", target: "es2022" });
  const result = await minify(short, { module: true, ecma: 2020, compress: { passes: 3 } });
  return /** @type {string} */ (result.code);
}
