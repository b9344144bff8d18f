export declare function sizes(): Promise<
  readonly { name: string; minified: number; gzipped: number; code: number; kernels: number }[]
>;
export declare function files(): readonly { name: string; gzipped: number }[];
