export function picture(gaussmix: typeof import("../src/index.ts")): string;
