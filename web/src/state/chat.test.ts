import { describe, expect, it } from 'vitest';

import { addMessage, piecesOf, unreadCount, type ChatMessage } from './chat';

const said = (text: string, own = false) => ({ participant: own ? 1 : 2, name: own ? 'Me' : 'Ada', text, own });
const chat = (...messages: ReturnType<typeof said>[]) => messages.reduce<readonly ChatMessage[]>(addMessage, []);

describe('the chat', () => {
  it('keeps messages in order and numbers them', () => {
    expect(chat(said('a'), said('b', true)).map((m) => [m.serial, m.text])).toEqual([[1, 'a'], [2, 'b']]);
  });

  it('is bounded and goes on counting', () => {
    const long = chat(...Array.from({ length: 600 }, (_, i) => said(String(i))));
    expect(long.length).toBe(500);
    expect(long.at(-1)).toMatchObject({ serial: 600, text: '599' });
  });

  it('counts what others wrote since it was read', () => {
    const all = chat(said('a'), said('b', true), said('c'), said('d'));
    expect(unreadCount(all, 0)).toBe(3);
    expect(unreadCount(all, 3)).toBe(1);
    expect(unreadCount(all, 4)).toBe(0);
  });
});

describe('links in a message', () => {
  const links = (text: string) => piecesOf(text).filter((p) => p.kind === 'link').map((p) => p.text);

  it('are those with https', () => {
    expect(links('see https://example.org/a?b=c#d.')).toEqual(['https://example.org/a?b=c#d']);
    expect(links('(https://a.example), https://b.example/x!')).toEqual(['https://a.example', 'https://b.example/x']);
  });

  it.each(['http://example.org', 'javascript:alert(1)', 'ftp://example.org', 'https://', 'https://bank.example@evil.example/', 'plain'])(
    'are not in "%s"',
    (text) => {
      expect(links(text)).toEqual([]);
    },
  );

  it.each(['', 'no link', 'a https://example.org b https://example.com.', 'https://example.org'])('lose nothing of "%s"', (text) => {
    expect(piecesOf(text).map((p) => p.text).join('')).toBe(text);
  });
});
