import type { LucideIcon } from 'lucide-react';

interface ToggleProps {
  readonly testId: string;
  readonly on: boolean;
  /** When on, when off. */
  readonly icons: readonly [LucideIcon, LucideIcon];
  /** What pressing does when on, when off. */
  readonly labels: readonly [string, string];
  readonly shortcut?: string;
  readonly look?: 'device' | 'action';
  readonly disabled?: boolean;
  readonly onToggle: () => void;
}

/** A round button for something that is on or off; the label says what pressing it does. */
export function Toggle({ testId, on, icons, labels, shortcut, look = 'device', disabled = false, onToggle }: ToggleProps) {
  const Icon = on ? icons[0] : icons[1];
  const label = on ? labels[0] : labels[1];
  return (
    <button
      type="button"
      className={`toggle toggle-${look} ${on ? 'toggle-on' : 'toggle-off'}`}
      data-testid={testId}
      data-on={on}
      aria-label={label}
      aria-keyshortcuts={shortcut}
      title={shortcut === undefined ? label : `${label} (${shortcut.toUpperCase()})`}
      disabled={disabled}
      onClick={onToggle}
    >
      <Icon aria-hidden size={22} />
    </button>
  );
}
