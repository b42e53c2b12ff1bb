import { LockKeyhole, ShieldCheck } from 'lucide-react';

import { codeEmoji } from '../state/code_emoji';
import { silentNames, type CallView, type Code } from '../state/view';
import { useText } from './context';

interface TrustBarProps {
  readonly view: CallView;
  readonly onOpen: () => void;
}

/** Always in sight: how many are here, how sure it is who they are, and the code to compare. */
export function TrustBar({ view, onOpen }: TrustBarProps) {
  const text = useText();
  const { counts, code, others } = view;
  const { members, verified, guests } = counts;
  const summary = [text.trust.members(members), text.trust.verifiedCount(verified), text.trust.guestsCount(guests)];
  const silent = silentNames(view);
  const without = silent.length > 2 ? text.code.withoutMany(silent.length) : text.code.without(silent.join(', '));
  const names = code.emoji.map((n) => text.codeEmoji[n]).join(', ');
  const spoken = names || (hasNone(code) ? text.code.none : text.code.agreeing);
  const Icon = code.confirmed ? ShieldCheck : LockKeyhole;
  return (
    <button
      type="button"
      className={`trust-bar ${code.confirmed ? 'trust-bar-confirmed' : ''}`}
      data-testid="e2ee-badge"
      data-members={members}
      data-verified={verified}
      data-guests={guests}
      data-code={code.state}
      aria-label={`${text.encryption.badge}. ${summary.join(', ')}. ${text.code.label}: ${spoken}${silent.length > 0 ? `, ${without}` : ''}`}
      title={text.encryption.badge}
      onClick={onOpen}
    >
      <Icon aria-hidden size={16} />
      {others.length > 0 && <CodeLine code={code} />}
      {silent.length > 0 && (
        <span className="trust-silent" data-testid="code-without">
          {without}
        </span>
      )}
      <span className="trust-summary">{summary.join(', ')}</span>
    </button>
  );
}

/** There won't be a code before somebody comes or goes. */
function hasNone({ state }: Code): boolean {
  return state === 'leftOut' || state === 'givenUp';
}

/** The seven in a row, dots while they are agreed, or that there are none; another row whenever they change. */
function CodeLine({ code }: { readonly code: Code }) {
  const text = useText();
  const { emoji } = code;
  if (emoji.length === 0) {
    const none = hasNone(code);
    return (
      <span className={none ? 'code-none' : 'code-line code-line-waiting'} data-testid="call-code" data-code="">
        {none ? text.code.none : '…'}
      </span>
    );
  }
  return (
    <span key={emoji.join()} className="code-line" data-testid="call-code" data-code={emoji.join()}>
      {emoji.map((n) => codeEmoji[n]).join('')}
    </span>
  );
}
