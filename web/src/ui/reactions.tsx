import { SmilePlus } from 'lucide-react';
import { useEffect, useRef } from 'react';

import type { Reaction } from '../state/view';
import { useText } from './context';
import { usePressOutside } from './hooks';

const choices = ['👍', '❤️', '👏', '😂', '😮', '😢', '🎉', '🤔'] as const;

interface ReactionPickerProps {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly onReact: (emoji: string) => void;
}

/** A button and the row it opens. */
export function ReactionPicker({ open, onOpen, onReact }: ReactionPickerProps) {
  const text = useText().call;
  const ref = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (open) ref.current?.querySelector<HTMLButtonElement>('.reaction-row button')?.focus();
  }, [open]);
  usePressOutside(ref, open, () => onOpen(false));
  const close = () => {
    onOpen(false);
    button.current?.focus();
  };
  return (
    <div
      className="reaction-picker"
      ref={ref}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && open) close();
      }}
    >
      <button
        ref={button}
        type="button"
        className={`toggle toggle-action ${open ? 'toggle-on' : 'toggle-off'}`}
        data-testid="react-toggle"
        aria-label={text.react}
        aria-keyshortcuts="e"
        aria-expanded={open}
        title={`${text.react} (E)`}
        onClick={() => onOpen(!open)}
      >
        <SmilePlus aria-hidden size={22} />
      </button>
      {open && (
        <div className="reaction-row" role="group" aria-label={text.react}>
          {choices.map((emoji) => (
            <button
              key={emoji}
              type="button"
              aria-label={text.reactWith(emoji)}
              data-testid="reaction-choice"
              onClick={() => {
                onReact(emoji);
                close();
              }}
            >
              {emoji}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** Over the tile of whoever sent them. */
export function FloatingReactions({ reactions }: { readonly reactions: readonly Reaction[] }) {
  return (
    <div className="floating" aria-hidden>
      {reactions.map(({ serial, emoji }) => (
        <span key={serial} className={`floating-${serial % 3}`} data-testid="reaction">
          {emoji}
        </span>
      ))}
    </div>
  );
}
