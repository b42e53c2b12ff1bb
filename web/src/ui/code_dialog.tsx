import { Check, EyeOff, KeyRound, ShieldCheck } from 'lucide-react';

import type { CallView } from '../state/view';
import { codeEmoji } from '../state/code_emoji';
import { useText } from './context';
import { Button, Dialog } from './parts';

interface CodeDialogProps {
  readonly view: CallView;
  readonly onMatch: () => void;
  readonly onClose: () => void;
}

/** The call code to be read aloud, and how the call is encrypted. */
export function CodeDialog({ view, onMatch, onClose }: CodeDialogProps) {
  const text = useText();
  const { code, others } = view;
  const silent = code.silent.flatMap((id) => others.find((p) => p.id === id)?.name ?? []);
  return (
    <Dialog title={text.code.title} testId="code-dialog" onClose={onClose}>
      {others.length === 0 ? (
        <p className="hint">{text.code.alone}</p>
      ) : (
        <>
          <BigCode emoji={code.emoji} />
          {silent.length > 0 && <p className="note">{text.code.silent(silent.join(', '))}</p>}
          {code.emoji.length > 0 && <p>{text.code.how}</p>}
          {code.confirmed ? (
            <p className="code-confirmed" role="status">
              <ShieldCheck aria-hidden size={20} />
              <span>{text.code.matched}</span>
            </p>
          ) : (
            <div className="code-answer">
              <Button look="primary" icon={Check} data-testid="confirm-code" disabled={code.emoji.length === 0} onClick={onMatch}>
                {text.code.match}
              </Button>
              <p className="hint">{text.code.mismatch}</p>
            </div>
          )}
        </>
      )}
      <Encryption />
    </Dialog>
  );
}

function BigCode({ emoji }: { readonly emoji: readonly number[] }) {
  const text = useText();
  if (emoji.length === 0) {
    return (
      <p className="code-big code-big-waiting" role="status">
        {text.code.agreeing}
      </p>
    );
  }
  return (
    <ol key={emoji.join()} className="code-big" aria-label={text.code.label}>
      {emoji.map((n, i) => (
        <li key={i}>
          <span aria-hidden>{codeEmoji[n]}</span>
          <small>{text.codeEmoji[n]}</small>
        </li>
      ))}
    </ol>
  );
}

function Encryption() {
  const text = useText();
  const points = [
    { icon: ShieldCheck, text: text.encryption.how },
    { icon: EyeOff, text: text.encryption.server },
    { icon: KeyRound, text: text.encryption.limit },
  ];
  return (
    <details className="fold">
      <summary>{text.code.encryption}</summary>
      <ul className="points">
        {points.map(({ icon: Icon, text: sentence }) => (
          <li key={sentence}>
            <span className="point-icon">
              <Icon aria-hidden size={19} />
            </span>
            <p>{sentence}</p>
          </li>
        ))}
      </ul>
    </details>
  );
}
