// EM iterations of the plain-TypeScript baseline on command (see README.md).
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { rowsOf, serve, startOf } from "./lines.mjs";

const entry = fileURLToPath(new URL("../../plain/em.ts", import.meta.url));
const [{ contents }] = buildSync({ entryPoints: [entry], bundle: true, format: "esm", write: false }).outputFiles;
const { PlainEm } = await import(`data:text/javascript;base64,${Buffer.from(contents).toString("base64")}`);

serve({
  version: `plain TypeScript (bench/plain/em.ts), Node ${process.versions.node}`,
  load: (message) => {
    const { N, d, K, covarianceType } = message;
    const em = new PlainEm(rowsOf(message), { N, d, K }, covarianceType, startOf(message));
    return { step: () => em.step(), logLikelihood: () => em.logLikelihood };
  },
});
