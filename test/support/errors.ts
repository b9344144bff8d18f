import { expect } from "vitest";
import {
  type DataInput,
  type FitOptions,
  GaussianMixture,
  MixtureError,
  type MixtureErrorCode,
} from "../../src/index.ts";

/** The error that a call throws, or that its promise rejects with; fails if there is none. */
export async function errorOf(run: () => unknown): Promise<Error> {
  try {
    await run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected the call to fail");
}

/** The error that a call throws at once; fails if it does not. */
export function thrownBy(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected the call to throw");
}

/** Whatever a JavaScript caller may pass, past the compiler. */
export const any = (value: unknown): never => value as never;

/** A class of error, or the code of a MixtureError. */
export type ErrorKind = typeof TypeError | typeof RangeError | typeof SyntaxError | MixtureErrorCode;

/** Expects a class of error, or the code of a MixtureError, and a text: argument, expected, got, remedy. */
export async function expectError(run: () => unknown, kind: ErrorKind, text: RegExp): Promise<void> {
  const error = await errorOf(run);
  if (typeof kind === "string") {
    expect(error, String(error)).toBeInstanceOf(MixtureError);
    expect((error as MixtureError).code).toBe(kind);
  } else expect(Object.getPrototypeOf(error), String(error)).toBe(kind.prototype);
  expect(error.message).toMatch(text);
  if (kind !== SyntaxError) expect(error.message).toMatch(/^[\w.[\]]+: expected .+; .+/s);
}

/** Expects `fit` and `fitSync` to fail alike, whatever a JavaScript caller may have passed. */
export async function expectFitError(data: unknown, options: unknown, kind: ErrorKind, text: RegExp): Promise<void> {
  await expectError(() => GaussianMixture.fitSync(data as DataInput, options as FitOptions), kind, text);
  await expectError(() => GaussianMixture.fit(data as DataInput, options as FitOptions), kind, text);
}
