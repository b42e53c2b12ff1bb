// What the core keeps from call to call on this device: identity and verified people, one opaque record in IndexedDB. Only
// the core worker reads it; the page never sees it.

const database = 'vicino';
const table = 'core';
const record = 'memory';

export interface Memory {
  /** null: nothing is kept, or the browser keeps nothing. */
  read(): Promise<Uint8Array<ArrayBuffer> | null>;
  /** A later write replaces an earlier one. */
  write(memory: Uint8Array<ArrayBuffer>): void;
}

export class DeviceMemory implements Memory {
  readonly #factory: IDBFactory;
  #last: Promise<unknown> = Promise.resolve();

  constructor(factory: IDBFactory) {
    this.#factory = factory;
  }

  async read(): Promise<Uint8Array<ArrayBuffer> | null> {
    await this.#last;
    try {
      const kept = await this.#request('readonly', (store) => store.get(record));
      return kept instanceof Uint8Array ? new Uint8Array(kept) : null;
    } catch {
      return null; // private windows and blocked storage: as on a new device
    }
  }

  write(memory: Uint8Array<ArrayBuffer>): void {
    const write = () => this.#request('readwrite', (store) => store.put(memory, record));
    // Full or blocked: the next call starts without it.
    this.#last = this.#last.then(write).catch(() => undefined);
  }

  async #request(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
    const open = this.#factory.open(database, 1);
    open.onupgradeneeded = () => open.result.createObjectStore(table);
    const connection = await settled(open);
    try {
      return await settled(ask(connection.transaction(table, mode).objectStore(table)));
    } finally {
      connection.close();
    }
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('refused'));
  });
}
