// What tests of the MLS client in WebAssembly load: web/src/mls bundled for Node and its modules, as ./do build makes
// them (VICINO_WASM_DIR or build/wasm, build/mls_face).
import { webcrypto } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

globalThis.crypto ??= webcrypto; // Node.js 18

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const wasm = process.env.VICINO_WASM_DIR ?? join(root, 'build/wasm');
const face = join(root, 'build/mls_face');

export const modules = {
  core: join(wasm, 'apps/mls_wasm/vicino_mls.wasm'),
  vectors: join(wasm, 'apps/mls_vectors/mls_vectors_wasm.wasm'),
};

/** What isn't built, in words; false when all is there. */
export const notBuilt =
  [...Object.values(modules), join(face, 'mls/index.mjs')]
    .filter((path) => !existsSync(path))
    .map((path) => `there is no ${path}: ./do test vectors builds it`)[0] ?? false;

export const loadFace = () => import(pathToFileURL(join(face, 'mls/index.mjs')).href);
export const loadHostFunctions = async () =>
  (await import(pathToFileURL(join(face, 'core/imports.mjs')).href)).hostFunctions;
export const compile = (path) => WebAssembly.compile(readFileSync(path));

export const hex = (bytes) => Buffer.from(bytes).toString('hex');
export const fromHex = (text) => Uint8Array.from(Buffer.from(text, 'hex'));

/** opaque<V> of RFC 9420 section 2.1.2. */
export function opaque(bytes) {
  const size = bytes.length;
  const header =
    size < 0x40
      ? [size]
      : size < 0x4000
        ? [0x40 | (size >> 8), size & 255]
        : [0x80 | (size >> 24), (size >> 16) & 255, (size >> 8) & 255, size & 255];
  return Uint8Array.from([...header, ...bytes]);
}
export const concat = (...parts) => Uint8Array.from(Buffer.concat(parts));
