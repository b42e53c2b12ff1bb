import { describe, expect, it as test } from 'vitest';

import { codeEmoji } from '../state/code_emoji';
import { chooseLanguage, languages } from './index';

type Leaf = { readonly path: string; readonly text: string };

// Functions are called, so that a sentence built from arguments is looked at as well.
function leaves(value: unknown, path = ''): Leaf[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value === 'function') {
    const text: unknown = value(...Array.from({ length: value.length }, () => 2));
    return [{ path: `${path}(${value.length})`, text: String(text) }];
  }
  if (typeof value !== 'object' || value === null) throw new Error(`no text at ${path}`);
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`));
}

const en = leaves(languages.en);
const it = leaves(languages.it);

// Words that are the same in both languages.
const same = ['.help.escape', '.devices.numbered(2)'];

describe('languages', () => {
  test('have the same sentences with the same arguments', () => {
    expect(it.map((leaf) => leaf.path)).toEqual(en.map((leaf) => leaf.path));
    expect(en.length).toBeGreaterThan(150);
  });

  test('have no empty sentence', () => {
    expect([...en, ...it].filter((leaf) => leaf.text.trim() === '')).toEqual([]);
  });

  test('are translated', () => {
    const untranslated = en.filter((leaf, i) => leaf.text === it[i]?.text).map((leaf) => leaf.path);
    expect(untranslated.sort()).toEqual([...same].sort());
  });

  test('use their arguments', () => {
    for (const language of [languages.en, languages.it]) {
      expect(language.tile.cameraConnecting('Zoë')).toContain('Zoë');
      expect(language.announce.joined('Zoë')).toContain('Zoë');
      expect(language.banner.reconnecting(7)).toContain('7');
      expect(language.call.peopleCount(1)).not.toBe(language.call.peopleCount(2).replace('2', '1'));
    }
  });

  test('are chosen from what the browser prefers', () => {
    expect(chooseLanguage(['it-CH', 'en'])).toBe('it');
    expect(chooseLanguage(['de', 'en-GB', 'it'])).toBe('en');
    expect(chooseLanguage(['fr', 'de'])).toBe('en');
    expect(chooseLanguage([])).toBe('en');
  });
});

describe('the names of the call code’s emoji', () => {
  test('are 64 different ones, each one word or a few', () => {
    expect(new Set(codeEmoji).size).toBe(64);
    for (const { codeEmoji: names } of [languages.en, languages.it]) {
      expect(names.length).toBe(64);
      expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(64);
    }
  });

  test('are one sign each, so that nothing falls apart', () => {
    for (const emoji of codeEmoji) expect(Array.from(emoji).length).toBe(1);
  });
});

describe('the sentence of each reason a call ended', () => {
  const reasons = Object.keys(languages.en.ended) as (keyof typeof languages.en.ended)[];

  test('exists for all twenty', () => {
    expect(reasons.sort()).toEqual(
      [
        'left', 'linkIncomplete', 'wrongLink', 'roomFull', 'serverFull', 'wrongVersion',
        'openRoom', 'roomsClosed', 'replaced', 'badOffer', 'tooManyRequests', 'internal',
        'notAdmitted', 'removed', 'linkRevoked', 'roomLocked', 'lobbyFull', 'tampered',
        'nobodyAnswered', 'dropped',
      ].sort(),
    );
  });

  test.each(reasons)('%s says what happened and what to do', (reason) => {
    for (const language of [languages.en, languages.it]) {
      const { title, text } = language.ended[reason];
      expect(title.length).toBeGreaterThan(8);
      expect(title).not.toMatch(/[.…]$/);
      expect(text).toMatch(/[.]$/);
      expect(text.length).toBeGreaterThan(30);
    }
  });

  test('is another one for each reason', () => {
    for (const language of [languages.en, languages.it]) {
      expect(new Set(Object.values(language.ended).map((e) => e.text)).size).toBe(reasons.length);
    }
  });
});

describe('the reason why a call is bad', () => {
  const causes = Object.keys(languages.en.network.causes) as (keyof typeof languages.en.network.causes)[];

  test.each(causes)('%s says where, what one notices and what helps', (cause) => {
    for (const language of [languages.en, languages.it]) {
      const { title, text, help } = language.network.causes[cause];
      expect(title).not.toMatch(/[.…]$/);
      expect(text).toMatch(/[.]$/);
      expect(help.length).toBeGreaterThan(0);
      for (const advice of help) expect(advice).toMatch(/[.]$/);
    }
  });

  test('is another one for each', () => {
    for (const language of [languages.en, languages.it]) {
      expect(new Set(causes.map((cause) => language.network.causes[cause].title)).size).toBe(causes.length);
    }
  });
});
