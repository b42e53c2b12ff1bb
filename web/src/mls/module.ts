// The WebAssembly module (apps/mls_wasm): requests in, replies out, what it asks of its host.

import { hostFunctions } from '../core/imports';
import { Reader, Writer } from './codec';
import type { Bytes } from './codec';
import { MlsError } from './fault';
import type { Fault } from './fault';
import { readCredential } from './structures';
import type { Credential } from './structures';

/** Where RFC 9420 section 5.3.1 has a credential validated: src/mls/environment.h says when. */
export const credentialUses = [
  'new_group', 'add', 'update', 'commit_path', 'external_commit', 'joined_tree', 'external_sender',
] as const;
export type CredentialUse = (typeof credentialUses)[number];

export interface CredentialCheck {
  readonly use: CredentialUse;
  readonly credential: Credential;
  readonly signatureKey: Bytes;
  /** Where the leaf is or will stand, if that is known. */
  readonly leaf: number | undefined;
  /** Whose place it takes: the identity must not change from this one. */
  readonly previous: { readonly credential: Credential; readonly signatureKey: Bytes } | undefined;
}

export interface Host {
  /** Must not call the core. There is no default that accepts. */
  readonly acceptsCredential: (check: CredentialCheck) => boolean;
  /** Seconds since 1970; the clock's by default. */
  readonly now?: () => number;
  /** For tests. By default crypto.getRandomValues. */
  readonly fillRandom?: (bytes: Bytes) => void;
}

type Call = (size: number) => number;

export class MlsModule {
  readonly #host: Host;
  #memory = new WebAssembly.Memory({ initial: 0 });
  #functions: Readonly<Record<string, Call>> = {};
  #hostError: { readonly error: unknown } | undefined;
  #busy = false;

  private constructor(host: Host) {
    this.#host = host;
  }

  static async load(source: BufferSource | WebAssembly.Module, host: Host): Promise<MlsModule> {
    const loaded = new MlsModule(host);
    const module = source instanceof WebAssembly.Module ? source : await WebAssembly.compile(source);
    const { exports } = await WebAssembly.instantiate(module, {
      vicino: loaded.#cryptography(),
      mls: { credential_accepts: (at: number, size: number) => loaded.#accepts(at, size) },
      wasi_snapshot_preview1: { fd_close: () => 0, fd_seek: () => 0, fd_write: () => 0 },
    });
    loaded.#memory = exports.memory as WebAssembly.Memory;
    loaded.#functions = exports as unknown as Readonly<Record<string, Call>>;
    loaded.#functions._initialize?.(0);
    return loaded;
  }

  /** A request that judges leaves or messages begins with the time. */
  timed(): Writer {
    return new Writer().u64(BigInt(Math.floor(this.#host.now?.() ?? Date.now() / 1000)));
  }

  /** Throws MlsError where the core refuses. `request` is wiped. */
  call(name: string, request: Writer): Reader {
    if (this.#busy) throw new Error('the core was called while it was asking something');
    this.#busy = true;
    try {
      return new Reader(this.#run(name, request));
    } finally {
      this.#busy = false;
      request.wipe();
    }
  }

  release(handle: number): void {
    this.call('release', new Writer().u32(handle));
  }

  #run(name: string, request: Writer): Bytes {
    const bytes = request.finish();
    const at = this.#function('input_area')(bytes.length);
    this.#bytes().set(bytes, at);
    this.#hostError = undefined;
    const size = this.#function(name)(bytes.length);
    // Set by #accepts() meanwhile, which the compiler can't know.
    const failed = this.#hostError as { readonly error: unknown } | undefined;
    if (failed) throw failed.error;
    if (size < 0) throw new MlsError(this.#faultName(-1 - size));
    return this.#output(size);
  }

  #faultName(number: number): Fault {
    return new TextDecoder().decode(this.#output(this.#function('fault_name')(number))) as Fault;
  }

  #function(name: string): Call {
    const found = this.#functions[name];
    if (!found) throw new Error(`the module has no ${name}`);
    return found;
  }

  #bytes(): Bytes {
    return new Uint8Array(this.#memory.buffer as ArrayBuffer);
  }

  #output(size: number): Bytes {
    const at = this.#function('output_area')(0);
    return this.#bytes().slice(at, at + size);
  }

  #cryptography() {
    const functions = hostFunctions(() => this.#bytes());
    const fill = this.#host.fillRandom;
    if (!fill) return functions;
    return { ...functions, random: (at: number, size: number) => fill(this.#bytes().subarray(at, at + size)) };
  }

  /** What the host throws can't pass through the module: it refuses, and run() throws afterwards. */
  #accepts(at: number, size: number): number {
    const from = new Reader(this.#bytes().slice(at, at + size));
    const use = credentialUses[from.u8()];
    try {
      if (use === undefined) throw new RangeError('no such use of a credential');
      const accepted = this.#host.acceptsCredential({
        use,
        credential: readCredential(from),
        signatureKey: from.bytes(),
        leaf: from.optional((present) => present.u32()),
        previous: from.optional((present) => ({
          credential: readCredential(present), signatureKey: present.bytes(),
        })),
      });
      return accepted ? 1 : 0;
    } catch (error) {
      this.#hostError ??= { error };
      return 0;
    }
  }
}
