// Firefox, through Marionette, its own protocol: over WebDriver BiDi, a worker that starts workers now and then stands
// still for ever (Firefox 140 and 153: one in some 20 such workers).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What the profile says: any free port, and no pages of Firefox's own. */
const PREFERENCES = {
  "marionette.port": 0,
  "browser.aboutwelcome.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
};

/** @returns {Promise<import("./browsers.mjs").Browser>} */
export async function launchFirefox() {
  const profile = await mkdtemp(join(tmpdir(), "gaussmix-firefox-"));
  const lines = Object.entries(PREFERENCES).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
  await writeFile(join(profile, "user.js"), lines.join(""));
  const options = ["--headless", "--marionette", "--no-remote", "--profile", profile];
  // a home of its own, too: it may not share a running Firefox
  const firefox = spawn("/usr/bin/firefox-esr", options, { stdio: "ignore", env: { ...process.env, HOME: profile } });
  const ended = once(firefox, "exit");
  const command = await connected(new URL("MarionetteActivePort", `${pathToFileURL(profile)}/`)).catch((error) => {
    firefox.kill();
    throw error;
  });
  const { capabilities } = await command("WebDriver:NewSession", {});
  return {
    version: capabilities.browserVersion,
    async open(url) {
      await command("WebDriver:Navigate", { url });
      return {
        async evaluate(expression) {
          const { value } = await command("WebDriver:ExecuteScript", { script: `return ${expression};`, args: [] });
          return value;
        },
        close: () => command("WebDriver:Navigate", { url: "about:blank" }),
      };
    },
    async close() {
      await command("Marionette:Quit", { flags: ["eForceQuit"] });
      await ended;
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/**
 * Sends commands to a Marionette that is about to start: messages are JSON, with their length in bytes and a colon ahead.
 *
 * @param {URL} portFile - where it writes its port.
 * @returns {Promise<(name: string, parameters: object) => Promise<any>>}
 */
async function connected(portFile) {
  let port = 0;
  for (let attempt = 0; port === 0; attempt++) {
    if (attempt > 300) throw new Error("Firefox: Marionette has not started in 30 s");
    await new Promise((resolve) => setTimeout(resolve, 100));
    port = Number(await readFile(portFile, "utf8").catch(() => 0));
  }
  const socket = createConnection(port, "127.0.0.1");
  /** @type {Map<number, (error: object | null, result: any) => void>} */
  const waiting = new Map();
  let received = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    received = Buffer.concat([received, chunk]);
    for (let colon = received.indexOf(":"); colon > 0; colon = received.indexOf(":")) {
      const end = colon + 1 + Number(received.toString("latin1", 0, colon));
      if (received.length < end) return;
      const message = JSON.parse(received.toString("utf8", colon + 1, end));
      received = received.subarray(end);
      // the first is a greeting
      if (Array.isArray(message)) waiting.get(message[1])?.(message[2], message[3]);
    }
  });
  await once(socket, "connect");
  let last = 0;
  return (name, parameters) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, (error, result) => {
        waiting.delete(id);
        if (error) reject(new Error(`Marionette, ${name}: ${JSON.stringify(error)}`));
        else resolve(result);
      });
      const text = JSON.stringify([0, id, name, parameters]);
      socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
}
