import { en } from './en';
import { it } from './it';
import type { Language, Messages } from './messages';

export type { Language, Messages } from './messages';

export const languages: Readonly<Record<Language, Messages>> = { en, it };

/** The first of the browser's languages that exists here; English otherwise. */
export function chooseLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const language = tag.toLowerCase().split('-')[0];
    if (language === 'en' || language === 'it') return language;
  }
  return 'en';
}
