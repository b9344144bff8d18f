// tsc turns "./x.ts" into "./x.js" in what runs, but leaves it in the .d.ts files. TypeScript copes; Deno and older
// compilers look for a file of that name. And before TypeScript 5.7 typed arrays took no type of their buffer: what `of`
// gives is an array over an ArrayBuffer in the newer ones, and a plain one in the older.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const dist = new URL("../dist/", import.meta.url);
for (const name of readdirSync(dist, { recursive: true })) {
  if (!name.endsWith(".d.ts")) continue;
  const file = new URL(name, dist);
  const text = readFileSync(file, "utf8");
  const fixed = text
    .replace(/(\bfrom |\bimport |\bimport\()"(\.{1,2}\/[^"]+)\.ts"/g, '$1"$2.js"')
    .replace(/\b(\w+Array)<ArrayBuffer>/g, 'ReturnType<$1Constructor["of"]>');
  if (fixed !== text) writeFileSync(file, fixed);
}
