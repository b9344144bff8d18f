import { InvalidArgumentError, Option } from "commander";
import type { CovarianceType, InitStrategy } from "../index.ts";
import { decimalOf, namesOf } from "./csv.ts";
import { MODEL_WRITERS } from "./model.ts";

const COVARIANCE_TYPES: readonly CovarianceType[] = ["full", "tied", "diag", "spherical"];
const INIT_STRATEGIES: readonly InitStrategy[] = [
  "race",
  "kmeans",
  "k-means++",
  "kmeans-standardised",
  "k-means++-standardised",
  "kmeans-whitened",
  "k-means++-whitened",
  "adaptive",
  "short-em",
  "random-from-data",
  "random",
];

/** An option that takes a number. What range it must lie in is the library's to say. */
export function numberOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    const value = decimalOf(text);
    if (Number.isNaN(value)) throw new InvalidArgumentError("It is not a number.");
    return value;
  });
}

/** `--columns a,b`: names in the order of use. */
export function columnsOption(description: string): Option {
  return new Option("--columns <names>", description).argParser((text) => {
    const names = namesOf(text);
    if (names === undefined || names.length === 0) {
      throw new InvalidArgumentError('Names are separated by commas; a name that holds one is quoted: a,"b, c".');
    }
    const twice = names.find((name, i) => names.indexOf(name) < i);
    if (twice !== undefined)
      throw new InvalidArgumentError(`Each name counts once; ${JSON.stringify(twice)} is there twice.`);
    return names;
  });
}

/** `--covariance TYPE`. */
export function covarianceOption(): Option {
  return new Option("--covariance <type>", "shape of the covariances").choices(COVARIANCE_TYPES).default("full");
}

/** `--init STRATEGY`. */
export function initOption(): Option {
  return new Option("--init <strategy>", "how starts are found").choices(INIT_STRATEGIES).default("race");
}

/** `--to FORM`. */
export function formOption(): Option {
  return new Option("--to <form>", "form of the model").choices(Object.keys(MODEL_WRITERS)).default("json");
}
