// The presentation language of RFC 9420 section 2.1, as apps/mls_wasm/requests.h has it.

export type Bytes = Uint8Array<ArrayBuffer>;

export class Writer {
  #bytes = new Uint8Array(256);
  #size = 0;

  u8(value: number): this {
    return this.uint(value, 1);
  }
  u16(value: number): this {
    return this.uint(value, 2);
  }
  u32(value: number): this {
    return this.uint(value, 4);
  }
  u64(value: bigint): this {
    return this.u32(Number(value >> 32n)).u32(Number(value & 0xffff_ffffn));
  }
  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length).set(bytes);
    return this;
  }
  /** opaque<V>. */
  bytes(bytes: Uint8Array): this {
    return this.#length(bytes.length).raw(bytes);
  }
  text(text: string): this {
    return this.bytes(new TextEncoder().encode(text));
  }
  bool(value: boolean): this {
    return this.u8(value ? 1 : 0);
  }
  optional<T>(value: T | undefined, write: (writer: Writer, value: T) => unknown): this {
    this.bool(value !== undefined);
    if (value !== undefined) write(this, value);
    return this;
  }
  /** T<V>. */
  list<T>(values: readonly T[], write: (writer: Writer, value: T) => unknown): this {
    const inner = new Writer();
    for (const value of values) write(inner, value);
    return this.bytes(inner.finish());
  }
  finish(): Bytes {
    return this.#bytes.subarray(0, this.#size);
  }
  /** What was written may be secret. */
  wipe(): void {
    this.#bytes.fill(0);
  }

  uint(value: number, size: number): this {
    const room = this.#reserve(size);
    for (let i = 0; i < size; ++i) room[i] = Math.floor(value / 2 ** (8 * (size - 1 - i))) % 256;
    return this;
  }
  #length(size: number): this {
    if (size < 0x40) return this.u8(size);
    if (size < 0x4000) return this.u16(size + 0x4000);
    return this.u32(size + 0x8000_0000);
  }
  #reserve(count: number): Bytes {
    if (this.#size + count > this.#bytes.length) {
      const larger = new Uint8Array(2 * (this.#size + count));
      larger.set(this.#bytes);
      this.#bytes.fill(0);
      this.#bytes = larger;
    }
    this.#size += count;
    return this.#bytes.subarray(this.#size - count, this.#size);
  }
}

/** Of what the module itself wrote: reading past the end is a bug, and throws. */
export class Reader {
  #rest: Bytes;

  constructor(bytes: Bytes) {
    this.#rest = bytes;
  }
  get empty(): boolean {
    return this.#rest.length === 0;
  }
  u8(): number {
    return this.#uint(1);
  }
  u16(): number {
    return this.#uint(2);
  }
  u32(): number {
    return this.#uint(4);
  }
  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32());
  }
  raw(size: number): Bytes {
    if (size > this.#rest.length) throw new RangeError('the reply ends early');
    const taken = this.#rest.slice(0, size);
    this.#rest = this.#rest.subarray(size);
    return taken;
  }
  rest(): Bytes {
    return this.raw(this.#rest.length);
  }
  bytes(): Bytes {
    return this.raw(this.#length());
  }
  bool(): boolean {
    return this.u8() === 1;
  }
  optional<T>(read: (reader: Reader) => T): T | undefined {
    return this.bool() ? read(this) : undefined;
  }
  list<T>(read: (reader: Reader) => T): T[] {
    const inner = new Reader(this.bytes());
    const values: T[] = [];
    while (!inner.empty) values.push(read(inner));
    return values;
  }

  #uint(size: number): number {
    return this.raw(size).reduce((number, byte) => number * 256 + byte, 0);
  }
  #length(): number {
    const first = this.u8();
    if (first < 0x40) return first;
    if (first < 0x80) return (first - 0x40) * 0x100 + this.u8();
    return (first - 0x80) * 0x100_0000 + this.#uint(3);
  }
}
