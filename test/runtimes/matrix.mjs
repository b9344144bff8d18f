// The rows of the matrix, and what is recorded of them.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const results = new URL("../../build/runtimes/", import.meta.url);

/** By name, in the order of the table: whether they share memory with workers. The number of a Node is its major version. */
export const ROWS = {
  ...{ "Node 20": true, "Node 22": true, "Node 24": true, "Node 26": true, Deno: true, Bun: true },
  ...{ workerd: false, "edge-runtime": false },
  ...{ "Chromium, isolated": true, "Chromium, not isolated": false },
  ...{ "Firefox, isolated": true, "Firefox, not isolated": false },
  ...{ "WebKit, isolated": true, "WebKit, not isolated": false },
};

/** The digest that every runtime must find: `npm run bits -- --write` writes it. */
export const { sha256 } = JSON.parse(readFileSync(new URL("bits.json", import.meta.url), "utf8"));

/**
 * Keeps a row for the tables (table.mjs).
 *
 * @param {string} name - one of ROWS.
 * @param {string} version
 * @param {object} found - what the suite gave, and what else was measured.
 */
export function record(name, version, { api, threads, bits, coldStart, request, emptyRequest }) {
  if (!(name in ROWS)) throw new Error(`expected a row of the matrix, got ${name}`);
  const row = {
    ...{ name, version, coldStart, request, emptyRequest },
    api: { passed: api.passed, failed: api.failures.length },
    threads: { passed: threads.passed, failed: threads.failures.length },
    sha256: bits.alone === bits.together ? bits.alone : `${bits.alone} / ${bits.together}`,
  };
  mkdirSync(results, { recursive: true });
  writeFileSync(new URL(`${name}.json`, results), `${JSON.stringify(row, null, 2)}\n`);
}

/**
 * What has been recorded: the rows in order; for each row that lacks something, or has what it should not, why; and times that
 * are none, for the machine was too busy.
 */
export function recorded() {
  const rows = [];
  const faults = [];
  const unmeasured = [];
  for (const name of Object.keys(ROWS)) {
    try {
      const row = JSON.parse(readFileSync(new URL(`${name}.json`, results), "utf8"));
      rows.push(row);
      faults.push(...[...faultsOf(row)].map((fault) => `${name}: ${fault}`));
      unmeasured.push(...[...unmeasuredOf(row)].map((fault) => `${name}: ${fault}`));
    } catch {
      faults.push(`${name}: was not run to its end`);
    }
  }
  return { rows, faults, unmeasured };
}

function* faultsOf(row) {
  if (row.api.failed + row.threads.failed > 0) yield "has tests that fail";
  if (row.api.passed === 0 || row.threads.passed === 0) yield "has no tests";
  if (row.sha256 !== sha256) yield `SHA-256 is ${row.sha256}, not the one on record`;
}

function* unmeasuredOf(row) {
  const measured = (value) => Number.isFinite(value) && value > 0;
  if (!measured(row.coldStart)) yield `cold start is ${row.coldStart} ms`;
  if (row.name === "workerd" && !(measured(row.request) && measured(row.emptyRequest))) yield "a request has no time";
}
