// What tests here use of Node. Its own types would replace the worker's (setTimeout and others) in all of this folder.

declare module 'node:fs' {
  export function existsSync(path: string): boolean;
  export function readFileSync(path: string): Uint8Array<ArrayBuffer>;
  export function readFileSync(path: string, encoding: 'utf8'): string;
}
declare module 'node:url' {
  export function fileURLToPath(url: string): string;
}
declare module 'node:process' {
  export const env: Readonly<Record<string, string | undefined>>;
}
