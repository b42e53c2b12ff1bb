import { useEffect } from 'react';

import { useLatest } from './hooks';

export type Shortcuts = Readonly<Record<string, () => void>>;

/** Single keys, outside of fields and dialogues. `talk` is called with true while the space bar is held. */
export function useShortcuts(shortcuts: Shortcuts, talk: (on: boolean) => void): void {
  const latest = useLatest({ shortcuts, talk });
  useEffect(() => {
    let talking = false;
    const down = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isInDialog(event.target)) return;
      // Escape leaves a field and what it is in; every other key is text there.
      if (isTyping(event.target) && event.key !== 'Escape') return;
      if (event.key === ' ' && !isPressable(event.target)) {
        event.preventDefault();
        if (!event.repeat && !talking) {
          talking = true;
          latest.current.talk(true);
        }
        return;
      }
      const action = latest.current.shortcuts[event.key.toLowerCase()];
      if (!action || event.repeat) return;
      event.preventDefault();
      action();
    };
    const release = () => {
      if (!talking) return;
      talking = false;
      latest.current.talk(false);
    };
    const up = (event: KeyboardEvent) => event.key === ' ' && release();
    document.addEventListener('keydown', down);
    document.addEventListener('keyup', up);
    // The key may be let go where we can't see it.
    window.addEventListener('blur', release);
    return () => {
      document.removeEventListener('keydown', down);
      document.removeEventListener('keyup', up);
      window.removeEventListener('blur', release);
    };
  }, [latest]);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=range]), textarea, select, [contenteditable]');
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('dialog') !== null;
}

// The space bar presses these.
function isPressable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('button, a, summary');
}
