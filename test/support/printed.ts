import { expect } from "vitest";

/**
 * Expects numbers to be those of a text: each to the digits printed, that is within one unit of its last decimal (the
 * printer rounds by up to half of one, and its own arithmetic may have tipped the last digit).
 *
 * @param condition - how many times a relative error of the terms grows in the result, where more digits are printed
 *   than a double can promise: 1 for a sum of like signs, |log x| for x = exp(log x).
 */
export function expectPrinted(actual: ArrayLike<number>, printed: string, condition = 1): void {
  const texts = printed.split(/[\s,;]+/).filter((text) => text !== "");
  expect(actual.length, printed).toBe(texts.length);
  texts.forEach((text, i) => {
    const [mantissa, exponent = "0"] = text.split("e");
    const decimals = (mantissa.split(".")[1] ?? "").length;
    // some eight operations on either side
    const rounding = 8 * Number.EPSILON * condition * Math.abs(Number(text));
    const unit = Math.max(10 ** (Number(exponent) - decimals), rounding);
    expect(Math.abs(actual[i] - Number(text)) / unit, `number ${i}: ${actual[i]} for ${text}`).toBeLessThanOrEqual(1);
  });
}
