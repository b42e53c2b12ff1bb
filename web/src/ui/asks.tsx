// What somebody else wants from this person: to be let in, to be heard.

import { Check, DoorOpen, Mic, X } from 'lucide-react';

import type { CallSession } from '../call/session';
import type { WaitingPerson } from '../core/types';
import { useStore, useText } from './context';
import { Button } from './parts';

const shownAtOnce = 3;

/** Over the stage, for hosts. */
export function WaitingNotice({ session }: { readonly session: CallSession }) {
  const text = useText().asks;
  const { self, waiting } = useStore(session.view);
  if (!self?.host || waiting.length === 0) return null;
  const [first] = waiting;
  const title = waiting.length === 1 && first ? text.waits(first.name) : text.waitingMany(waiting.length);
  return (
    <section className="ask card" role="alert" data-testid="waiting-notice" aria-label={title}>
      <header className="ask-head">
        <DoorOpen aria-hidden size={19} />
        <h2>{title}</h2>
        {waiting.length > 1 && <AdmitAll session={session} waiting={waiting} />}
      </header>
      <WaitingPeople session={session} waiting={waiting.slice(0, shownAtOnce)} named={waiting.length > 1} />
      {waiting.length > shownAtOnce && <p className="hint">{text.more(waiting.length - shownAtOnce)}</p>}
    </section>
  );
}

interface WaitingProps {
  readonly session: CallSession;
  readonly waiting: readonly WaitingPerson[];
}

export function AdmitAll({ session, waiting }: WaitingProps) {
  const text = useText().asks;
  const admitAll = () => {
    for (const { id } of waiting) session.tell({ kind: 'admit', waiting: id });
  };
  return (
    <Button look="primary" className="button-small" data-testid="admit-all" onClick={admitAll}>
      {text.admitAll}
    </Button>
  );
}

/** One row each. `named`: with names, where the heading doesn't say them. */
export function WaitingPeople({ session, waiting, named = true }: WaitingProps & { readonly named?: boolean }) {
  const text = useText().asks;
  return (
    <ul className="ask-people">
      {waiting.map(({ id, name }) => (
        <li key={id} data-testid="waiting-person">
          <span className={named ? 'ask-name' : 'visually-hidden'}>{name}</span>
          <Button
            className="button-small"
            icon={X}
            data-testid="deny"
            aria-label={text.denyOne(name)}
            onClick={() => session.tell({ kind: 'deny', waiting: id })}
          >
            {text.deny}
          </Button>
          <Button
            look="primary"
            className="button-small"
            icon={Check}
            data-testid="admit"
            aria-label={text.admitOne(name)}
            onClick={() => session.tell({ kind: 'admit', waiting: id })}
          >
            {text.admit}
          </Button>
        </li>
      ))}
    </ul>
  );
}

/** A host's wish: nobody's microphone is ever switched on but by its owner. */
export function UnmuteAsk({ session }: { readonly session: CallSession }) {
  const text = useText().asks;
  const { unmuteAskedBy } = useStore(session.view);
  if (unmuteAskedBy === null) return null;
  return (
    <section className="ask card" role="alert" data-testid="unmute-ask">
      <header className="ask-head">
        <Mic aria-hidden size={19} />
        <h2>{text.unmute(unmuteAskedBy)}</h2>
      </header>
      <div className="ask-answers">
        <Button className="button-small" data-testid="unmute-no" onClick={() => session.answerUnmuteAsked(false)}>
          {text.unmuteNo}
        </Button>
        <Button look="primary" className="button-small" data-testid="unmute-yes" onClick={() => session.answerUnmuteAsked(true)}>
          {text.unmuteYes}
        </Button>
      </div>
    </section>
  );
}
