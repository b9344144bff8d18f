// What the tests of all runtimes share: the packed library installed beside the suite, processes, what a suite must give.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { sha256 } from "./matrix.mjs";

export const root = new URL("../../", import.meta.url);
const here = new URL("./", import.meta.url);
/** A project that has installed the tarball; the suite lies in it. */
export const consumer = new URL("build/consumer/", root);
export const library = new URL("node_modules/gaussmix/", consumer);

/** Fresh starts, of which the least counts. */
export const COLD_STARTS = 9;

export const pathOf = (url) => fileURLToPath(url);
/** A program of the packages in test/runtimes. */
export const bin = (name) => pathOf(new URL(`node_modules/.bin/${name}`, here));
export const nodeBinary = (major) => pathOf(new URL(`node_modules/node-${major}/bin/node`, here));

/**
 * Runs a program to its end.
 *
 * @param {string} file @param {readonly string[]} options
 * @param {{ cwd?: URL, env?: Record<string, string>, input?: string, seconds?: number }} settings
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>}
 */
export function execute(file, options, { cwd = consumer, env = {}, input, seconds = 240 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, options, { cwd, env: { ...process.env, ...env }, stdio: "pipe" });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), seconds * 1000);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
    child.stdin.end(input);
  });
}

/** Runs a program that must succeed. @returns its standard output. */
export async function output(file, options, settings) {
  const { code, stdout, stderr } = await execute(file, options, settings);
  if (code !== 0) throw new Error(`${file} ${options.join(" ")} ended with ${code}\n${stdout}\n${stderr}`);
  return stdout;
}

/** The last line of a program's output, which is JSON. */
export async function answer(file, options, settings) {
  return JSON.parse((await output(file, options, settings)).trim().split("\n").at(-1));
}

/** Expects all of a suite to have passed, and the digest to be the one of every runtime. */
export function expectSuite({ api, threads, bits }, shared) {
  expect([...api.failures, ...threads.failures]).toEqual([]);
  expect(api.passed).toBeGreaterThan(70);
  expect(threads.passed).toBeGreaterThanOrEqual(shared ? 5 : 1);
  expect(bits.alone).toBe(sha256);
  expect(bits.together).toBe(sha256);
  expect(bits.served).toBe(shared ? 32 : 0);
}
