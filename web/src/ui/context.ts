import { createContext, useContext, useSyncExternalStore } from 'react';

import type { OpenCore } from '../call/core_port';
import { languages, type Language, type Messages } from '../i18n';
import type { Remembered } from '../platform/memory';
import type { Store } from '../state/store';

export interface Preferences {
  readonly remembered: Remembered;
  readonly language: Language;
  change(change: Partial<Remembered>): void;
}

export interface AppContext {
  readonly preferences: Preferences;
  readonly openCore: OpenCore;
}

export const AppContext = createContext<AppContext | null>(null);

export function useApp(): AppContext {
  const app = useContext(AppContext);
  if (!app) throw new Error('no AppContext');
  return app;
}

export function useText(): Messages {
  return languages[useApp().preferences.language];
}

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}
