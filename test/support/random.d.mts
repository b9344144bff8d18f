export declare function uniforms(seed: number): () => number;
export declare function fineUniforms(seed: number): () => number;
export declare function normals(seed: number): () => number;
