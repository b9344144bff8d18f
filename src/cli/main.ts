#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { runConvert } from "./convert.ts";
import { describe, exitCodeOf, isClosedPipe } from "./failures.ts";
import { tell, writeOut } from "./files.ts";
import { runFit } from "./fit.ts";
import { columnsOption, covarianceOption, effortOption, formOption, initOption, numberOption } from "./options.ts";
import { runPredict } from "./predict.ts";
import { runSample } from "./sample.ts";

const CSV_HELP = `CSV files
  A header row with the names of the columns is required. The delimiter is a
  comma, semicolon, tab or |; numbers have a decimal point, or all of them a
  decimal comma; the text is UTF-8, or UTF-16 with a byte order mark. Every
  column of numbers is used; one of text is left out, and said so. In a column
  with more numbers than texts, an empty cell, NaN, an infinity, text or a number
  in another notation (1,234.5, 10%, 0x10) is an error; so is a first line that
  may be a row. Blank lines, and lines with # above the header, are skipped.`;

const MODEL_HELP = `Models
  What gaussmix fit --out wrote, or gaussmix convert in any form; a model of
  scikit-learn, mclust or MATLAB as JSON, or of scikit-learn as ONNX. The content
  tells which.`;

const EXIT_HELP = `Exit codes
  0  done
  1  the computation failed
  2  the arguments, a file or the data cannot be used as they are`;

/** What follows the list of options: paragraphs, examples last. */
function helpBelow(paragraphs: readonly string[], examples: readonly string[]): string {
  return ["", ...paragraphs, ["Examples", ...examples.map((line) => `  $ ${line}`)].join("\n")].join("\n\n").slice(1);
}

/** The commands and their options; `help` collects what is asked for with --help or --version. */
function programOf(help: string[]): Command {
  const program = new Command("gaussmix")
    .description("Gaussian mixture models: fit one to a CSV file, find the component of each row, draw new rows.")
    .version(manifest.version)
    .exitOverride()
    .showHelpAfterError("For help: gaussmix --help, or gaussmix help COMMAND")
    .configureOutput({
      writeOut: (text) => help.push(text),
      outputError: (text, write) => write(`gaussmix: ${text.replace(/^error: /, "")}`),
    })
    .addHelpText(
      "after",
      helpBelow(
        [CSV_HELP, EXIT_HELP],
        [
          "gaussmix fit iris.csv -k 3 --seed 1 --out iris.json",
          "gaussmix predict iris.json iris.csv > labelled.csv",
          "gaussmix sample iris.json -n 1000 --seed 1 > drawn.csv",
          "gaussmix convert iris.json --to scikit-learn > sklearn.json",
        ],
      ),
    );

  program
    .command("fit")
    .summary("fit a mixture to a CSV file and report it")
    .description("Fits a Gaussian mixture to the columns of numbers of a CSV file and prints a report.")
    .argument("<file>", "CSV file with a header row; - reads standard input")
    .addOption(numberOption("-k, --components <number>", "number of components").makeOptionMandatory())
    .addOption(covarianceOption())
    .addOption(columnsOption("columns to use, separated by commas (default: every column of numbers)"))
    .addOption(numberOption("--seed <integer>", "all random choice; same seed, same result (default: 0)"))
    .option("--out <file>", "write the model to this file, as JSON")
    .addOption(
      numberOption(
        "--tol <nats>",
        "stop when less log-likelihood than this is left to gain per row (default: 1e-7, for 10,000 rows and more 1e-6)",
      ),
    )
    .addOption(numberOption("--max-iter <number>", "most iterations of each start (default: 1000)"))
    .addOption(numberOption("--reg-covar <number>", "added to every variance (default: follows the scale of the data)"))
    .addOption(
      numberOption("--n-init <number>", "how many times to search for a start; the best fit wins (default: 1)"),
    )
    .addOption(effortOption())
    .addOption(initOption())
    .option("--json", "print one JSON object instead: { report, model }")
    .addHelpText(
      "after",
      helpBelow(
        [CSV_HELP],
        [
          "gaussmix fit iris.csv -k 3 --seed 1",
          "gaussmix fit iris.csv -k 2 --covariance diag --columns petal_length,petal_width",
          "grep -v virginica iris.csv | gaussmix fit - -k 2 --json",
        ],
      ),
    )
    .action(runFit);

  program
    .command("predict")
    .summary("add to each row of a CSV file the component it belongs to")
    .description(
      "Writes the rows of a CSV file to standard output with these columns added: label, the most likely component, " +
        "counted from 0; probability_0, probability_1, …, how likely each component made the row; log_density, the " +
        "log-density of the row in nats: low for a row unlike the data of the fit.",
    )
    .argument("<model>", "file with a model; - reads standard input")
    .argument("<file>", "CSV file with a header row; - reads standard input")
    .addOption(columnsOption("columns to use, in the order of the model's (default: those with the model's names)"))
    .option("--json", "print an array of records instead; a log_density of minus infinity is null")
    .addHelpText(
      "after",
      helpBelow(
        [MODEL_HELP, CSV_HELP],
        [
          "gaussmix predict iris.json iris.csv > labelled.csv",
          "gunzip -c new.csv.gz | gaussmix predict iris.json - --json",
        ],
      ),
    )
    .action(runPredict);

  program
    .command("sample")
    .summary("draw new rows from a mixture")
    .description("Draws rows from a mixture and writes them as CSV, with the component each row came from as label.")
    .argument("<model>", "file with a model; - reads standard input")
    .addOption(numberOption("-n, --rows <number>", "how many rows to draw").makeOptionMandatory())
    .addOption(numberOption("--seed <integer>", "all random choice; same seed, same rows (default: 0)"))
    .option("--json", "print an array of records instead")
    .addHelpText(
      "after",
      helpBelow(
        [MODEL_HELP],
        ["gaussmix sample iris.json -n 1000 --seed 1 > drawn.csv", "gaussmix sample iris.json -n 5 --json"],
      ),
    )
    .action(runSample);

  program
    .command("convert")
    .summary("write a model in another form")
    .description(
      "Reads a model in any form and writes it in another: json, our own; binary, our own, small and exact; or JSON " +
        "that scikit-learn, mclust or MATLAB can load (docs/interchange.md has the lines to type there).",
    )
    .argument("<model>", "file with a model; - reads standard input")
    .addOption(formOption())
    .option("--out <file>", "write to this file (default: standard output)")
    .addHelpText(
      "after",
      helpBelow(
        [MODEL_HELP],
        ["gaussmix convert gm.onnx --out gm.json", "gaussmix convert iris.json --to binary --out iris.bin"],
      ),
    )
    .action(runConvert);

  return program;
}

/** Runs one command; never rejects. */
async function main(): Promise<void> {
  // failed writes come back where they were made; without listeners they would end the process with a stack trace
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
  const help: string[] = [];
  try {
    await programOf(help)
      .parseAsync()
      .catch((error: unknown) => {
        if (error instanceof CommanderError && error.exitCode === 0) return writeOut(help);
        throw error;
      });
  } catch (error) {
    if (isClosedPipe(error)) return;
    // commander has told already
    if (!(error instanceof CommanderError)) tell(describe(error));
    process.exitCode = exitCodeOf(error);
  }
}

await main();
