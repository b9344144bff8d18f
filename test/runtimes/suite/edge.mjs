// The suite for Vercel's runtime: a script that leaves its work on the global object.
import * as gaussmix from "gaussmix";
import * as own from "gaussmix/load";
import * as predict from "gaussmix/predict";
import { firstPrediction } from "./first.mjs";
import { runSuite } from "./run.mjs";

globalThis.first = () => firstPrediction(() => gaussmix);
globalThis.suite = async () => {
  const host = { shared: false, sources: { "a module": () => globalThis.kernels } };
  return JSON.stringify(await runSuite({ gaussmix, predict, own }, host));
};
