import { type CovarianceType, type Effort, type FamilyName, GaussianMixture, type InitStrategy } from "../index.ts";
import { type Numbers, notesOf, numbersOf } from "./columns.ts";
import { callLibrary, InputError, inOptionNames } from "./failures.ts";
import { checkWritable, isSameFile, STDIN, tell, writeAtomically, writeOut } from "./files.ts";
import { printFit, printFitJSON } from "./print.ts";
import { TextSource } from "./source.ts";
import { openTable } from "./table.ts";

/** The options of `gaussmix fit`, as commander gives them. */
export interface FitFlags {
  readonly components: number;
  readonly covariance: CovarianceType | FamilyName;
  readonly effort?: Effort;
  readonly init?: InitStrategy;
  readonly columns?: readonly string[];
  readonly seed?: number;
  readonly tol?: number;
  readonly maxIter?: number;
  readonly regCovar?: number;
  readonly nInit?: number;
  readonly out?: string;
  readonly json?: true;
}

/** `gaussmix fit FILE`: fits a mixture, writes the model if asked to, prints the report. */
export async function runFit(file: string, flags: FitFlags): Promise<void> {
  const { out } = flags;
  if (out !== undefined) await checkOut(out, file);
  const table = await openTable(new TextSource(file, false), flags.columns ?? []);
  const wanted = flags.columns && { names: flags.columns, by: "--columns" };
  const numbers = await numbersOf(table, wanted, "drop the row, or name the columns to use with --columns");
  for (const note of [...table.notes, ...notesOf(numbers)]) tell(`note: ${note}`);

  const { data, shape, columns } = numbers;
  const rows = { data, shape };
  noteDemand(numbers, flags);
  const outcome = await callLibrary(async () => {
    const mixture = await GaussianMixture.fit(rows, {
      nComponents: flags.components,
      covarianceType: flags.covariance,
      effort: flags.effort,
      init: flags.init,
      columns,
      seed: flags.seed,
      tol: flags.tol,
      maxIter: flags.maxIter,
      regCovar: flags.regCovar,
      nInit: flags.nInit,
    });
    const { report } = mixture;
    if (report === undefined) throw new Error("the fit came without a report");
    return { source: table.source, numbers, mixture, report, bic: mixture.bic(rows), aic: mixture.aic(rows) };
  });

  for (const { message } of outcome.report.warnings) tell(`warning: ${inOptionNames(message)}`);
  // the model first: whoever sees the report can rely on the file
  if (out !== undefined) await writeAtomically(out, `${JSON.stringify(outcome.mixture)}\n`);
  await writeOut(flags.json ? [printFitJSON(outcome)] : printFit(outcome));
}

/** Says before a fit, which may take long, that its covariances are more than the rows can tell. */
function noteDemand({ data, shape }: Numbers, { components: K, covariance }: FitFlags): void {
  const [N, D] = shape;
  const varying = new Set<number>();
  data.forEach((value, i) => {
    if (value !== data[i % D]) varying.add(i % D);
  });
  const columns = varying.size;
  const own = K * (columns + 1);
  const shared = K + columns;
  const wanted: Partial<Record<typeof covariance, number>> = { full: own, VVV: own, tied: shared, EEE: shared };
  const least = wanted[covariance] ?? 0;
  if (N >= least || columns < 2) return;
  tell(
    `note: ${covariance} covariances of ${columns} columns take ${least} rows and more, got ${N}; see --covariance diag`,
  );
}

/** A fit may take long: what would keep its model from being saved is found out before. */
async function checkOut(out: string, file: string): Promise<void> {
  if (out === STDIN) throw new InputError("--out: expected a file, got -; use --json for the model on standard output");
  if (await isSameFile(out, file)) {
    throw new InputError(`--out: expected another file than the data, got ${out}; give the model a name of its own`);
  }
  await checkWritable(out);
}
