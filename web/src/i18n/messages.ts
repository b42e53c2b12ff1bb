// All text of the interface. A language that lacks a sentence, or has one too many, doesn't compile.

import type { en } from './en';

export type Messages = typeof en;

export type Language = 'en' | 'it';
