// A test runner that needs nothing of its host.

/** Collects tests and runs them one by one. */
export class Checks {
  #tests = [];

  /** @param {string} name @param {() => unknown} run - may return a promise; throws if the test fails. */
  test(name, run) {
    this.#tests.push({ name, run });
  }

  get names() {
    return this.#tests.map(({ name }) => name);
  }

  /** @returns {Promise<{ passed: number, failures: string[] }>} */
  async run() {
    let passed = 0;
    const failures = [];
    for (const { name, run } of this.#tests) {
      try {
        await run();
        passed++;
      } catch (error) {
        failures.push(`${name}: ${error?.stack ?? error}`);
      }
    }
    return { passed, failures };
  }
}

export function assert(condition, message) {
  if (!condition) throw new Error(message);
}

const shown = (value) =>
  ArrayBuffer.isView(value) ? `${value.constructor.name} ${Array.from(value)}` : JSON.stringify(value);

/** Equal to the last bit: numbers, texts, and arrays and plain objects of them. */
export function equal(actual, expected) {
  const same = (a, b) => {
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b);
    if (ArrayBuffer.isView(a) !== ArrayBuffer.isView(b)) return false;
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => same(a[key], b[key]));
  };
  assert(same(actual, expected), `expected ${shown(expected)}, got ${shown(actual)}`);
}

/** Each number within `tolerance` of what is expected. */
export function close(actual, expected, tolerance) {
  const given = typeof actual === "number" ? [actual] : Array.from(actual);
  const wanted = typeof expected === "number" ? [expected] : Array.from(expected);
  const near = given.length === wanted.length && given.every((value, i) => Math.abs(value - wanted[i]) <= tolerance);
  assert(near, `expected ${shown(wanted)} within ${tolerance}, got ${shown(given)}`);
}

/** Throws, or rejects with, an error of this name and of this text (and code). */
export async function refuses(run, name, pattern, code) {
  let error;
  try {
    await run();
  } catch (thrown) {
    error = thrown;
  }
  assert(error !== undefined, `expected a ${name}, got none`);
  assert(error.name === name && pattern.test(error.message), `expected a ${name} like ${pattern}, got ${error}`);
  assert(code === undefined || error.code === code, `expected the code ${code}, got ${error.code}`);
}
