// All that a mixture says of each row, in one pass.
import type { DataInput } from "../input/data.ts";
import { scoreRows } from "../model/score.ts";
import { givenModel } from "./given.ts";
import { type Mixture, rowsFor } from "./mixture.ts";

/** One row as an object. */
export interface AssignedRow {
  /** Its place in the data, counted from 0. */
  readonly row: number;
  /** The most likely component, counted from 0. */
  readonly component: number;
  /** How likely that component has made the row. */
  readonly probability: number;
  /** How likely another has: 1 minus the probability, with all its digits where it is small. */
  readonly uncertainty: number;
  /** In nats. */
  readonly logDensity: number;
  /** Whether the row is below the mixture's threshold; undefined where the mixture has none. */
  readonly isAnomaly: boolean | undefined;
}

/** What a mixture says of N rows, as columns. */
export interface Assignment {
  /** [N]: the most likely component, counted from 0; the first of equals. */
  readonly component: Int32Array;
  /** [N]: how likely that component has made the row, from 1 / K to 1. */
  readonly probability: Float64Array;
  /** [N]: how likely another has: 1 minus the probability, with all its digits where it is small. */
  readonly uncertainty: Float64Array;
  /** [N]: log-density of the row, in nats. */
  readonly logDensity: Float64Array;
  /** [N]: 1 where the log-density is below the mixture's threshold, else 0; undefined where the mixture has none. */
  readonly isAnomaly: Uint8Array | undefined;
  /**
   * The same row by row.
   *
   * @returns plain objects, N of them.
   * @example
   * assign(mixture, rows).rows().filter(({ uncertainty }) => uncertainty > 0.1);
   */
  rows(): AssignedRow[];
}

/**
 * All that a mixture says of each row: its component, how likely that is, how likely another is, and the log-density. In one pass
 * over the rows, which costs as much as `predict`; as columns, or row by row as plain objects.
 *
 * @param mixture - whose components they are.
 * @param data - N rows in any form.
 * @returns columns of length N, and `rows()`.
 * @throws {TypeError | RangeError} If the width does not fit or a value is not a finite number.
 * @example
 * const { component, uncertainty } = assign(mixture, [[4.4, 5], [2, 3]]);
 * assign(mixture, [[4.4, 5]]).rows(); // [{ row: 0, component: 1, probability: 0.827, … }]
 */
export function assign(mixture: Mixture, data: DataInput): Assignment {
  const model = givenModel(mixture);
  const { nComponents: K, anomalyThreshold } = model;
  const matrix = rowsFor(mixture, data);
  const { nRows: N } = matrix;
  const component = new Int32Array(N);
  const [probability, uncertainty, logDensity] = Array.from({ length: 3 }, () => new Float64Array(N));
  scoreRows(model, matrix, {
    labels: component,
    density: logDensity,
    onResponsibilities: (some, first, count) => {
      for (let n = 0; n < count; n++) {
        const best = component[first + n];
        let others = 0;
        for (let k = 0; k < K; k++) if (k !== best) others += some[n * K + k];
        probability[first + n] = some[n * K + best];
        uncertainty[first + n] = others;
      }
    },
  });
  const isAnomaly = anomalyThreshold && Uint8Array.from(logDensity, (one) => Number(one < anomalyThreshold.threshold));
  return {
    ...{ component, probability, uncertainty, logDensity, isAnomaly },
    rows: () =>
      Array.from(component, (own, row) => ({
        row,
        component: own,
        probability: probability[row],
        uncertainty: uncertainty[row],
        logDensity: logDensity[row],
        isAnomaly: isAnomaly && isAnomaly[row] === 1,
      })),
  };
}
