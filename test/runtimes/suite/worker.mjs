// The suite for runtimes that answer requests and take WebAssembly by static import only.
import * as gaussmix from "gaussmix";
import wasm from "gaussmix/gaussmix.wasm";
import * as own from "gaussmix/load";
import * as predict from "gaussmix/predict";
import { runSuite } from "./run.mjs";

export default {
  async fetch() {
    const host = { shared: false, sources: { "a module": () => wasm } };
    return Response.json(await runSuite({ gaussmix, predict, own }, host));
  },
};
