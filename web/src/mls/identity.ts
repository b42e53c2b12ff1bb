// Who one is, and how to be added to a group while away.

import { Writer } from './codec';
import type { Bytes } from './codec';
import type { MlsModule } from './module';
import { writeExtensions, writeLeaf, writeLifetime } from './structures';
import type { Extension, Leaf, Lifetime, Suite } from './structures';
import { Thing } from './thing';

/** A signature key and what every leaf signed with it says. */
export class Identity extends Thing {
  readonly signatureKey: Bytes;

  private constructor(module: MlsModule, call: string, request: Writer) {
    const reply = module.call(call, request);
    super(module, reply.u32());
    this.signatureKey = reply.bytes();
  }

  /** With a new key. */
  static create(module: MlsModule, suite: Suite, leaf: Leaf): Identity {
    const request = new Writer().u16(suite);
    writeLeaf(request, leaf, suite);
    return new Identity(module, 'identity_create', request);
  }

  /** What save() gave. */
  static load(module: MlsModule, saved: Uint8Array): Identity {
    return new Identity(module, 'identity_load', new Writer().raw(saved));
  }

  createKeyPackage(lifetime: Lifetime, extensions: readonly Extension[] = []): KeyPackage {
    const request = this.request();
    writeLifetime(request, lifetime);
    writeExtensions(request, extensions);
    return KeyPackage.from(this.module, 'key_package_create', request);
  }

  /** All of it, the private key included. */
  save(): Bytes {
    return this.call('identity_save').rest();
  }
}

/** One's own, with its private keys: for one Welcome. */
export class KeyPackage extends Thing {
  /** KeyPackageRef. */
  readonly ref: Bytes;
  /** An MLSMessage, for others. */
  readonly message: Bytes;

  private constructor(module: MlsModule, call: string, request: Writer) {
    const reply = module.call(call, request);
    super(module, reply.u32());
    this.ref = reply.bytes();
    this.message = reply.bytes();
  }

  static from(module: MlsModule, call: 'key_package_create', request: Writer): KeyPackage {
    return new KeyPackage(module, call, request);
  }

  /** What save() gave. */
  static load(module: MlsModule, saved: Uint8Array): KeyPackage {
    return new KeyPackage(module, 'key_package_load', new Writer().raw(saved));
  }

  /** All of it, private keys included: the MLSMessage, then init, encryption and signature key, each opaque<V>. */
  save(): Bytes {
    return this.call('key_package_save').rest();
  }
}
