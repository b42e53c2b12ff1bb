import { describe, expect, it } from 'vitest';

import { nothingRemembered, recall, remember } from './memory';

function storage(initial?: string) {
  let value: string | null = initial ?? null;
  return { getItem: () => value, setItem: (_: string, next: string) => void (value = next) };
}

describe('what the browser remembers', () => {
  it('starts with everything on', () => {
    expect(recall(storage())).toEqual(nothingRemembered);
  });

  it('keeps what was changed', () => {
    const kept = storage();
    remember(kept, { name: 'Ada', cameraOn: false });
    remember(kept, { theme: 'dark', incomingVideo: false });
    expect(recall(kept)).toEqual({ ...nothingRemembered, name: 'Ada', cameraOn: false, theme: 'dark', incomingVideo: false });
  });

  it('keeps a camera format that there is', () => {
    expect(recall(storage('{"cameraFormat":"av1"}')).cameraFormat).toBe('av1');
    expect(recall(storage('{"cameraFormat":"theora"}')).cameraFormat).toBe('vp8');
  });

  it.each(['not json', '[]', 'null', '7', '{"name":7,"theme":"pink","cameraOn":"no"}'])('survives %s', (text) => {
    expect(recall(storage(text))).toEqual(nothingRemembered);
  });

  it('survives a storage that refuses', () => {
    const refusing = {
      getItem: () => {
        throw new Error('blocked');
      },
      setItem: () => {
        throw new Error('blocked');
      },
    };
    remember(refusing, { name: 'Ada' });
    expect(recall(refusing)).toEqual(nothingRemembered);
  });
});
