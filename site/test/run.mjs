// `npm run test:site`: builds the site from dist, and tries it in real browsers. Screenshots go to site/screenshots with
// --screenshots; other arguments choose test files.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildPlayground } from "../../tools/site.mjs";

const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));
if (!existsSync(pathOf("../../dist/index.js"))) {
  console.error("the site was not tested: dist is missing; run npm run build");
  process.exit(1);
}
await buildPlayground();
const options = process.argv.slice(2).filter((option) => option !== "--screenshots");
const vitest = [pathOf("../../node_modules/vitest/vitest.mjs"), "run", "--config", pathOf("vitest.config.mjs")];
const { status } = spawnSync(process.execPath, [...vitest, ...options], {
  stdio: "inherit",
  env: { ...process.env, SCREENSHOTS: process.argv.includes("--screenshots") ? "1" : "" },
});
process.exitCode = status ?? 1;
