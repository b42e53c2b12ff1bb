import { describe, expect, test } from 'vitest';

import { KeyWait } from './key_wait';

function waiting() {
  let end = () => undefined as void;
  const wait = new KeyWait((callback) => (end = callback));
  return { wait, giveUp: () => end() };
}
const there = (result: string) => result === 'there';

describe('waiting for a key', () => {
  test('is over as soon as the key is there', async () => {
    const { wait } = waiting();
    let key = 'missing';
    const result = wait.retry('missing', () => key, there);
    wait.changed(); // of somebody else
    await Promise.resolve();
    key = 'there';
    await Promise.resolve();
    wait.changed();
    await new Promise((resolve) => queueMicrotask(() => resolve(wait.changed())));
    expect(await result).toBe('there');
  });

  test('ends without it when patience does', async () => {
    const { wait, giveUp } = waiting();
    let tries = 0;
    const result = wait.retry('missing', () => `still missing ${++tries}`, there);
    giveUp();
    expect(await result).toBe('missing');
    wait.changed();
    expect(tries).toBe(0);
  });

  test('is no waiting where it is there', async () => {
    const { wait } = waiting();
    expect(await wait.retry('there', () => 'never asked', there)).toBe('there');
  });
});
