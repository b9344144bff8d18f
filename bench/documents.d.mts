export function blocks(): readonly { readonly page: string; readonly name: string; readonly text: string }[];
export function blockIn(name: string): RegExp;
