import { InvalidArgumentError, Option } from "commander";
import type { CovarianceType, Effort, FamilyName, InitStrategy } from "../index.ts";
import { MODEL_WRITERS } from "./model.ts";
import { decimalOf } from "./notation.ts";
import { namesOf } from "./scanner.ts";
import { repeated } from "./words.ts";

/** The names of a union: one that is missing, or that the library does not know, is an error of types. */
const choicesOf = <Name extends string>(names: Record<Name, true>): string[] => Object.keys(names);

const COVARIANCES = choicesOf<CovarianceType | FamilyName>({
  full: true,
  tied: true,
  diag: true,
  spherical: true,
  VVV: true,
  EEE: true,
  VVI: true,
  VII: true,
  EEI: true,
});
const EFFORTS = choicesOf<Effort>({ quick: true, standard: true, thorough: true });
const INIT_STRATEGIES = choicesOf<InitStrategy>({
  race: true,
  kmeans: true,
  "k-means++": true,
  "kmeans-standardised": true,
  "k-means++-standardised": true,
  "kmeans-whitened": true,
  "k-means++-whitened": true,
  adaptive: true,
  "short-em": true,
  "random-from-data": true,
  random: true,
});

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
    const twice = repeated(names);
    if (twice !== undefined)
      throw new InvalidArgumentError(`Each name counts once; ${JSON.stringify(twice)} is there twice.`);
    return names;
  });
}

/** `--covariance TYPE`. */
export function covarianceOption(): Option {
  return new Option("--covariance <type>", "shape of the covariances, or a family by mclust's name")
    .choices(COVARIANCES)
    .default("full");
}

/** `--effort EFFORT`. */
export function effortOption(): Option {
  return new Option("--effort <effort>", 'how long to search for a start (default: "standard")').choices(EFFORTS);
}

/** `--init STRATEGY`. */
export function initOption(): Option {
  return new Option("--init <strategy>", "where to start, in place of a search by --effort")
    .choices(INIT_STRATEGIES)
    .conflicts("effort");
}

/** `--to FORM`. */
export function formOption(): Option {
  return new Option("--to <form>", "form of the model").choices(Object.keys(MODEL_WRITERS)).default("json");
}
