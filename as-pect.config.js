const only = (process.env.AS_PECT_ONLY ?? "").split(",").filter((name) => name !== "");

export default {
  entries:
    only.length === 0
      ? ["assembly/__tests__/**/*.spec.ts"]
      : only.map((name) => `assembly/__tests__/**/*${name}*.spec.ts`),
  include: ["assembly/__tests__/**/*.include.ts"],
  disclude: [/node_modules/],
  async instantiate(_memory, createImports, instantiate, binary) {
    // as-pect's own memory has 10 pages; 4 MiB leave room for test data and long failure messages. It may still grow.
    const memory = new WebAssembly.Memory({ initial: 64 });
    return instantiate(binary, createImports({ env: { memory } }));
  },
  outputBinary: false,
};
