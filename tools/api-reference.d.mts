import type ts from "typescript";

export interface Export {
  readonly name: string;
  readonly node: ts.Declaration;
  readonly page: string;
  readonly entries: readonly string[];
}

export interface Docstring {
  readonly comment: string | ts.NodeArray<ts.JSDocComment> | undefined;
  readonly parameters: readonly ts.JSDocParameterTag[];
  readonly returns: ts.JSDocReturnTag | undefined;
  readonly throws: readonly ts.JSDocThrowsTag[];
  readonly examples: readonly ts.JSDocTag[];
}

/** What the examples go on from. */
export const SCOPE: string;
export const ENTRIES: Readonly<Record<string, string>>;
export function readExports(): { readonly checker: ts.TypeChecker; readonly exports: ReadonlyMap<string, Export> };
export function docstringOf(node: ts.Node): Docstring;
export function isBehindOverloads(member: ts.Node, members: readonly ts.Node[]): boolean;
export function anchorOf(heading: string): string;
export function reference(): ReadonlyMap<string, string>;
