import { Check, EyeOff, KeyRound, ShieldCheck } from 'lucide-react';
import { useEffect, useState } from 'react';

import { codeEmoji } from '../state/code_emoji';
import { silentNames, type CallView, type Code } from '../state/view';
import type { Messages } from '../i18n';
import { useText } from './context';
import { Button, Dialog } from './parts';

interface CodeDialogProps {
  readonly view: CallView;
  /** `emoji`: the code that was read. */
  readonly onMatch: (emoji: readonly number[]) => void;
  readonly onClose: () => void;
}

/** Ms that a code which has just taken another's place can't be confirmed: a click meant for the other would come too late. */
const readingTime = 1_500;

/** The call code to be read aloud, and how the call is encrypted. */
export function CodeDialog({ view, onMatch, onClose }: CodeDialogProps) {
  const text = useText();
  const { code, others } = view;
  const silent = silentNames(view);
  const read = useRead(code.emoji);
  return (
    <Dialog title={text.code.title} testId="code-dialog" onClose={onClose}>
      {others.length === 0 ? (
        <p className="hint">{text.code.alone}</p>
      ) : (
        <>
          <BigCode code={code} />
          {silent.length > 0 && <p className="note">{text.code.silent(silent.join(', '))}</p>}
          {code.emoji.length > 0 && <p>{text.code.how}</p>}
          {code.confirmed && (
            <p className="code-confirmed" role="status">
              <ShieldCheck aria-hidden size={20} />
              <span>{text.code.matched}</span>
            </p>
          )}
          {!code.confirmed && noCodeText(text.code, code) === null && (
            <div className="code-answer">
              <Button
                look="primary"
                icon={Check}
                data-testid="confirm-code"
                disabled={!read}
                onClick={() => onMatch(code.emoji)}
              >
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

/** Whether the code could be read before a click on the button. */
function useRead(emoji: readonly number[]): boolean {
  const shown = emoji.join();
  const [read, setRead] = useState(shown);
  useEffect(() => {
    if (shown === '') return undefined;
    const timer = window.setTimeout(() => setRead(shown), readingTime);
    return () => window.clearTimeout(timer);
  }, [shown]);
  return shown !== '' && shown === read;
}

/** Why there won't be a code before somebody comes or goes; null: there is or will be one. */
function noCodeText(text: Messages['code'], { state }: Code): string | null {
  return state === 'leftOut' || state === 'givenUp' ? text[state] : null;
}

function BigCode({ code }: { readonly code: Code }) {
  const text = useText();
  const { state, emoji } = code;
  if (emoji.length === 0) {
    const none = noCodeText(text.code, code);
    return (
      <p className={`code-big ${none === null ? 'code-big-waiting' : 'code-big-none'}`} role="status" data-testid="code-state" data-state={state}>
        {none ?? text.code.agreeing}
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
