// Runs a notebook as Observable does, with the CDN's copy of the library replaced by the packed one. Arguments: the
// notebook, and the cell whose value to print.
import { register } from "node:module";
import { pathToFileURL } from "node:url";

const library = pathToFileURL("node_modules/gaussmix/").href;
const cdn = "https://cdn.jsdelivr.net/npm/gaussmix@0.1/";
const hook = `export async function resolve(specifier, context, next) {
  const url = ${JSON.stringify(library)} + specifier.slice(${cdn.length});
  return specifier.startsWith(${JSON.stringify(cdn)}) ? { url, shortCircuit: true } : next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

const [notebook, cell, observable] = process.argv.slice(2);
const { Runtime } = await import(observable);
const { default: define } = await import(pathToFileURL(notebook).href);
const main = new Runtime().module(define);
console.log(JSON.stringify([...(await main.value(cell))]));
