/** Compiles an AssemblyScript file under bench/ into build/. */
export function compile(file: string, constants?: Record<string, number>): Promise<WebAssembly.Module>;
