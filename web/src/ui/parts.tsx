// Small parts that every screen uses.

import { Check, ChevronDown, X, type LucideIcon } from 'lucide-react';
import { useEffect, useId, useRef, type ButtonHTMLAttributes, type ReactNode } from 'react';

import { useText } from './context';

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  readonly look?: 'primary' | 'plain' | 'quiet';
  readonly icon?: LucideIcon;
};

export function Button({ look = 'plain', icon: Icon, children, className = '', ...rest }: ButtonProps) {
  return (
    <button type="button" className={`button button-${look} ${className}`} {...rest}>
      {Icon && <Icon aria-hidden size={18} />}
      <span>{children}</span>
    </button>
  );
}

type IconButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'title'> & {
  readonly icon: LucideIcon;
  readonly label: string;
  readonly size?: number;
};

export function IconButton({ icon: Icon, label, size = 20, className = '', ...rest }: IconButtonProps) {
  return (
    <button type="button" aria-label={label} title={label} className={`icon-button ${className}`} {...rest}>
      <Icon aria-hidden size={size} />
    </button>
  );
}

export function Logo({ size = 32 }: { readonly size?: number }) {
  return (
    <svg className="logo" viewBox="0 0 32 32" width={size} height={size} aria-hidden>
      <circle className="logo-one" cx="11.5" cy="16" r="9.5" />
      <circle className="logo-two" cx="20.5" cy="16" r="9.5" />
      <path className="logo-both" d="M16 7.64a9.5 9.5 0 0 1 0 16.72 9.5 9.5 0 0 1 0-16.72Z" />
    </svg>
  );
}

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly className?: string;
}

/** A modal dialogue: the browser keeps the focus in it and closes it on Escape. */
export function Dialog({ title, onClose, children, className = '' }: DialogProps) {
  const text = useText();
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    ref.current?.showModal();
  }, []);
  return (
    <dialog
      ref={ref}
      className={`dialog ${className}`}
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && onClose()}
    >
      <div className="dialog-body">
        <header className="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <IconButton icon={X} label={text.call.close} onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

interface SelectProps {
  readonly label: string;
  readonly icon?: LucideIcon;
  readonly value: string;
  readonly options: readonly Option[];
  readonly onChange: (value: string) => void;
  readonly hideLabel?: boolean;
  readonly testId?: string;
}

export function Select({ label, icon: Icon, value, options, onChange, hideLabel = false, testId }: SelectProps) {
  return (
    <label className="field">
      <span className={hideLabel ? 'visually-hidden' : 'field-label'}>{label}</span>
      <span className="select">
        {Icon && <Icon aria-hidden size={17} className="select-icon" />}
        <select data-testid={testId} value={value} onChange={(event) => onChange(event.target.value)}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDown aria-hidden size={16} className="select-arrow" />
      </span>
    </label>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly hint?: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Switch({ label, hint, checked, onChange }: SwitchProps) {
  return (
    <label className="switch">
      <span className="switch-text">
        <span>{label}</span>
        {hint !== undefined && <small>{hint}</small>}
      </span>
      <input type="checkbox" role="switch" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span className="switch-track" aria-hidden>
        <Check size={12} strokeWidth={3} />
      </span>
    </label>
  );
}

const hues = 8;

/** Initials in a colour that belongs to the name. */
export function Avatar({ name }: { readonly name: string }) {
  const letters = Array.from(name.trim());
  const hash = letters.reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0, 7);
  return (
    <span className={`avatar hue-${hash % hues}`} aria-hidden>
      {initials(name)}
    </span>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = (word: string | undefined) => Array.from(word ?? '')[0] ?? '';
  const letters = words.length > 1 ? first(words[0]) + first(words.at(-1)) : first(words[0]);
  return letters.toLocaleUpperCase() || '?';
}
