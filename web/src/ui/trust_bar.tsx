import { LockKeyhole, ShieldCheck } from 'lucide-react';

import type { CallView } from '../state/view';
import { codeEmoji } from '../state/code_emoji';
import { useText } from './context';

interface TrustBarProps {
  readonly view: CallView;
  readonly onOpen: () => void;
}

/** Always in sight: how many are here, how sure it is who they are, and the code to compare. */
export function TrustBar({ view: { counts, code, others }, onOpen }: TrustBarProps) {
  const text = useText();
  const { members, verified, guests } = counts;
  const summary = [text.trust.members(members), text.trust.verifiedCount(verified), text.trust.guestsCount(guests)];
  const names = code.emoji.map((n) => text.codeEmoji[n]).join(', ');
  const Icon = code.confirmed ? ShieldCheck : LockKeyhole;
  return (
    <button
      type="button"
      className={`trust-bar ${code.confirmed ? 'trust-bar-confirmed' : ''}`}
      data-testid="e2ee-badge"
      data-members={members}
      data-verified={verified}
      data-guests={guests}
      aria-label={`${text.encryption.badge}. ${summary.join(', ')}. ${text.code.label}: ${names || text.code.agreeing}`}
      title={text.encryption.badge}
      onClick={onOpen}
    >
      <Icon aria-hidden size={16} />
      {others.length > 0 && <CodeLine emoji={code.emoji} />}
      <span className="trust-summary">{summary.join(', ')}</span>
    </button>
  );
}

/** The seven in a row, or dots; another row whenever they change. */
function CodeLine({ emoji }: { readonly emoji: readonly number[] }) {
  if (emoji.length === 0) {
    return (
      <span className="code-line code-line-waiting" data-testid="call-code" data-code="">
        …
      </span>
    );
  }
  return (
    <span key={emoji.join()} className="code-line" data-testid="call-code" data-code={emoji.join()}>
      {emoji.map((n) => codeEmoji[n]).join('')}
    </span>
  );
}
