// An Observable notebook, in the form in which Observable exports one. In a notebook of your own, the cells are
//
//     gaussmix = import("https://cdn.jsdelivr.net/npm/gaussmix@0.1/dist/gaussmix.min.js")
//     mixture = gaussmix.GaussianMixture.fit(rows, { nComponents })
//     labels = mixture.predict(rows)
//
// and run again when what they use changes; a fit is a promise, which the notebook waits for.
export default function define(runtime, observer) {
  const main = runtime.module();
  main
    .variable(observer("gaussmix"))
    .define("gaussmix", () => import("https://cdn.jsdelivr.net/npm/gaussmix@0.1/dist/gaussmix.min.js"));
  main.variable(observer("rows")).define("rows", () => [
    [1, 2],
    [1.5, 1.8],
    [1.2, 2.2],
    [8, 9],
    [8.5, 8.7],
    [9, 9.2],
  ]);
  main.variable(observer("nComponents")).define("nComponents", () => 2);
  main
    .variable(observer("mixture"))
    .define("mixture", ["gaussmix", "rows", "nComponents"], (gaussmix, rows, nComponents) =>
      gaussmix.GaussianMixture.fit(rows, { nComponents }),
    );
  main.variable(observer("labels")).define("labels", ["mixture", "rows"], (mixture, rows) => mixture.predict(rows));
  return main;
}
