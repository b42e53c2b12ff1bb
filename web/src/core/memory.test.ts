import { describe, expect, test } from 'vitest';

import { DeviceMemory } from './memory';

/** As much of IndexedDB as is used: one table. */
function madeUp(fails = false): IDBFactory {
  const kept = new Map<string, unknown>();
  const request = (result: () => unknown) => {
    const made = { result: undefined as unknown, error: new Error('blocked'), onsuccess: () => undefined, onerror: () => undefined };
    queueMicrotask(() => {
      if (fails) {
        made.onerror();
        return;
      }
      made.result = result();
      made.onsuccess();
    });
    return made;
  };
  const store = {
    get: (key: string) => request(() => kept.get(key)),
    put: (value: unknown, key: string) => request(() => kept.set(key, value)),
  };
  const database = { transaction: () => ({ objectStore: () => store }), close: () => undefined };
  return { open: () => request(() => database) } as unknown as IDBFactory;
}

describe('what the device keeps', () => {
  test('is nothing at first', async () => {
    expect(await new DeviceMemory(madeUp()).read()).toBeNull();
  });

  test('is what was written last', async () => {
    const memory = new DeviceMemory(madeUp());
    memory.write(Uint8Array.of(1));
    memory.write(Uint8Array.of(2, 3));
    expect(await memory.read()).toEqual(Uint8Array.of(2, 3));
  });

  test('is nothing where the browser refuses, and that is no error', async () => {
    const memory = new DeviceMemory(madeUp(true));
    memory.write(Uint8Array.of(1));
    expect(await memory.read()).toBeNull();
  });
});
