// Small parts that every screen uses.

import { Check, ChevronDown, X, type LucideIcon } from 'lucide-react';
import { useEffect, useId, useRef, type ButtonHTMLAttributes, type ReactNode } from 'react';

import { avatarColors } from '../platform/memory';
import { initials } from '../state/avatar';
import { useText } from './context';

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  readonly look?: 'primary' | 'plain' | 'quiet' | 'danger';
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
  readonly testId?: string;
  /** It has to be answered: neither Escape nor a click beside it puts it away. */
  readonly insists?: boolean;
}

/** A modal dialogue: the browser keeps the focus in it and closes it on Escape. */
export function Dialog({ title, onClose, children, className = '', testId, insists = false }: DialogProps) {
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
      role={insists ? 'alertdialog' : undefined}
      aria-labelledby={titleId}
      data-testid={testId}
      onCancel={(event) => insists && event.preventDefault()}
      // Escape pressed twice closes it all the same in some browsers: then it is shown again.
      onClose={() => (insists ? ref.current?.showModal() : onClose())}
      onClick={(event) => !insists && event.target === event.currentTarget && onClose()}
    >
      <div className="dialog-body">
        <header className="dialog-head">
          <h2 id={titleId}>{title}</h2>
          {!insists && <IconButton icon={X} label={text.call.close} onClick={onClose} />}
        </header>
        {children}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  readonly title: string;
  readonly text: string;
  /** What the button that does it says. */
  readonly action: string;
  readonly danger?: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something that can't be taken back. */
export function Confirm({ title, text, action, danger = false, onConfirm, onClose }: ConfirmProps) {
  const words = useText().people;
  return (
    <Dialog title={title} testId="confirm" onClose={onClose}>
      <p>{text}</p>
      <div className="dialog-actions">
        <Button onClick={onClose}>{words.cancel}</Button>
        <Button
          look={danger ? 'danger' : 'primary'}
          data-testid="confirm-yes"
          onClick={() => {
            onConfirm();
            onClose();
          }}
        >
          {action}
        </Button>
      </div>
    </Dialog>
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
  readonly testId?: string;
  readonly onChange: (checked: boolean) => void;
}

export function Switch({ label, hint, checked, testId, onChange }: SwitchProps) {
  return (
    <label className="switch">
      <span className="switch-text">
        <span>{label}</span>
        {hint !== undefined && <small>{hint}</small>}
      </span>
      <input
        type="checkbox"
        role="switch"
        data-testid={testId}
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span className="switch-track" aria-hidden>
        <Check size={12} strokeWidth={3} />
      </span>
    </label>
  );
}

interface AvatarProps {
  readonly name: string;
  readonly color: number;
}

/** Initials in the person's colour. */
export function Avatar({ name, color }: AvatarProps) {
  return (
    <span className={`avatar hue-${color % avatarColors}`} aria-hidden>
      {initials(name)}
    </span>
  );
}
