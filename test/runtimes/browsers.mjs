// Chromium, Firefox and WebKit as Debian packages them, without a window, and a server for their pages.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";
import { chromium } from "playwright-core";
import { launchFirefox } from "./firefox.mjs";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/**
 * Serves the files of a folder.
 *
 * @param {URL} folder
 * @param {{ isolated?: boolean, policy?: string }} settings - whether pages are cross-origin isolated; their content
 * security policy.
 */
export async function serveFolder(folder, { isolated = false, policy } = {}) {
  /** @type {((body: object) => void)[]} */
  const waiting = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (request.method === "POST" && pathname === "/report") {
      let text = "";
      for await (const chunk of request) text += chunk;
      response.end();
      waiting.shift()?.(JSON.parse(text));
      return;
    }
    const file = new URL(`.${decodeURIComponent(pathname)}`, folder);
    if (!file.href.startsWith(folder.href) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "Content-Type": TYPES[extname(pathname)] ?? "application/octet-stream",
      "Cache-Control": "no-store",
      ...(isolated ? ISOLATION : {}),
      ...(policy ? { "Content-Security-Policy": policy } : {}),
    });
    response.end(readFileSync(file));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    /** The next report of a page. @returns {Promise<any>} */
    report: () => new Promise((resolve) => waiting.push(resolve)),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}

/**
 * @typedef {object} Page
 * @property {(expression: string) => Promise<any>} evaluate - the value of an expression in the page.
 * @property {() => Promise<void>} close
 * @property {(expression: string) => Promise<{ title: string, members: string[] }>} [shown] - what the console shows of the
 * value of an expression, or of a promise of it, before anybody opens it: Chromium alone tells.
 *
 * @typedef {object} Browser
 * @property {string} version
 * @property {(url: string) => Promise<Page>} open
 * @property {() => Promise<void>} close
 */

const CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** @returns {Promise<Browser>} */
async function launchChromium() {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: [...CHROMIUM, ...QUIET] });
  return {
    version: browser.version(),
    async open(url) {
      const page = await browser.newPage();
      await page.goto(url);
      return {
        evaluate: (expression) => page.evaluate(expression),
        close: () => page.close(),
        async shown(expression) {
          const session = await page.context().newCDPSession(page);
          await session.send("Runtime.enable");
          const called = new Promise((resolve) => session.once("Runtime.consoleAPICalled", resolve));
          await page.evaluate(`(async () => console.log(await (${expression})))()`);
          const { description, preview } = (await called).args[0];
          return { title: description, members: preview.properties.map(({ name, value }) => `${name}: ${value}`) };
        },
      };
    },
    close: () => browser.close(),
  };
}

const MINI_BROWSER = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

/** A screen in memory, of a number that nobody else has. */
async function startScreen() {
  const screen = spawn("Xvfb", ["-displayfd", "3", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const number = await new Promise((resolve, reject) => {
    screen.on("error", reject);
    screen.on("close", (code) => reject(new Error(`Xvfb ended with ${code}`)));
    screen.stdio[3].setEncoding("utf8").once("data", (text) => resolve(text.trim()));
  });
  return { display: `:${number}`, stop: () => screen.kill() };
}

/** A port that is free now. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * WebKitGTK, through its driver; it has no mode without a screen. It shares memory only when told to.
 *
 * @param {boolean} shared
 * @returns {Promise<Browser>}
 */
async function launchWebKit(shared) {
  const screen = await startScreen();
  const port = await freePort();
  const env = { ...process.env, DISPLAY: screen.display, ...(shared ? { JSC_useSharedArrayBuffer: "1" } : {}) };
  const driver = spawn("WebKitWebDriver", [`--port=${port}`], { env, stdio: "ignore" });
  const stop = () => {
    driver.kill();
    screen.stop();
  };
  const command = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`WebKitWebDriver: ${JSON.stringify(value)}`);
    return value;
  };
  const begun = async () => {
    for (let attempt = 0; ; attempt++) {
      try {
        await command("GET", "/status");
        break;
      } catch (error) {
        if (attempt > 100) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    const browserOptions = { binary: MINI_BROWSER, args: ["--automation"] };
    return command("POST", "/session", {
      capabilities: { alwaysMatch: { "webkitgtk:browserOptions": browserOptions } },
    });
  };
  const { sessionId, capabilities } = await begun().catch((error) => {
    stop();
    throw error;
  });
  const session = `/session/${sessionId}`;
  return {
    version: capabilities.browserVersion,
    async open(url) {
      await command("POST", `${session}/url`, { url });
      return {
        evaluate: (expression) =>
          command("POST", `${session}/execute/sync`, { script: `return ${expression};`, args: [] }),
        close: () => command("POST", `${session}/url`, { url: "about:blank" }),
      };
    },
    async close() {
      await command("DELETE", session).finally(stop);
    },
  };
}

/**
 * Opens a page of a server and waits for its report.
 *
 * @param {Browser} browser @param {Awaited<ReturnType<typeof serveFolder>>} server @param {string} page
 */
export async function reportOf(browser, server, page) {
  const report = server.report();
  const opened = await browser.open(server.url + page);
  const result = await report;
  await opened.close();
  if (result.error) throw new Error(`${page}: ${result.error}`);
  return result;
}

/** A browser that is not there fails its tests; it is not passed over. */
const launcher = (program, launch) => (shared) => {
  if (!existsSync(program)) throw new Error(`${program} is missing: bash test/runtimes/install.sh`);
  return launch(shared);
};

/** How to launch each; it takes whether pages are to share memory with workers, for WebKit needs to be told. */
export const browsers = {
  Chromium: launcher("/usr/bin/chromium", launchChromium),
  Firefox: launcher("/usr/bin/firefox-esr", launchFirefox),
  WebKit: launcher("/usr/bin/WebKitWebDriver", launchWebKit),
};
