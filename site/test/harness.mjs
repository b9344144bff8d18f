// The built playground, served from this machine, in a Chromium without a window.
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import sirv from "sirv";

export const CHROMIUM = "/usr/bin/chromium";
const built = fileURLToPath(new URL("../.dist", import.meta.url));

/** A server for the site. @returns {Promise<{ url: string, close: () => void }>} */
export async function serve() {
  if (!existsSync(built)) throw new Error("site/.dist is missing: npm run site");
  const server = createServer(sirv(built));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/playground/`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export function launch() {
  if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is missing: bash test/runtimes/install.sh`);
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-quic", "--no-first-run"] });
}

/** Waits until a fit is there and nothing is under way. @param {import("playwright-core").Page} page */
export async function settled(page) {
  await page.waitForFunction(() => {
    const state = globalThis.playground?.store.state;
    return state?.fit !== undefined && state.busy === undefined && state.choosing === undefined && !state.isPlaying;
  });
}

/** Part of what the page knows. @param {import("playwright-core").Page} page @param {string[]} keys @returns {Promise<any>} */
export function known(page, ...keys) {
  return page.evaluate((wanted) => {
    const { state } = globalThis.playground.store;
    return Object.fromEntries(wanted.map((key) => [key, state[key]]));
  }, keys);
}
