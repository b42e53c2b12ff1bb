import { Home, LogIn, RotateCw } from 'lucide-react';
import { useEffect, useRef } from 'react';

import type { EndReason } from '../core/types';
import type { RoomLink } from '../platform/link';
import { useText } from './context';
import { Page } from './page';
import { Button } from './parts';
import { LinkForm } from './start';

/** What helps after each reason; going back to the start always does. */
const actions: Readonly<Record<EndReason, 'rejoin' | 'reload' | 'link' | 'none'>> = {
  left: 'rejoin',
  linkIncomplete: 'link',
  wrongLink: 'link',
  roomFull: 'rejoin',
  serverFull: 'rejoin',
  wrongVersion: 'reload',
  openRoom: 'none',
  roomsClosed: 'link',
  replaced: 'rejoin',
  badOffer: 'none',
  tooManyRequests: 'rejoin',
  internal: 'reload',
  notAdmitted: 'rejoin',
  nobodyAnswered: 'rejoin',
  removed: 'rejoin',
  dropped: 'rejoin',
  linkRevoked: 'link',
  roomLocked: 'rejoin',
  lobbyFull: 'rejoin',
  tampered: 'none',
};

interface EndedProps {
  readonly reason: EndReason;
  readonly detail: string;
  readonly onRejoin: () => void;
  readonly onOpen: (link: RoomLink) => void;
  readonly onHome: () => void;
}

export function Ended({ reason, detail, onRejoin, onOpen, onHome }: EndedProps) {
  const text = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [reason]);
  const action = actions[reason];
  return (
    <Page className="ended">
      <section className="card ended-card" data-testid="ended" data-reason={reason}>
        <h1 ref={heading} tabIndex={-1}>
          {text.ended[reason].title}
        </h1>
        <p className="lead">{text.ended[reason].text}</p>
        {detail !== '' && (
          <p className="detail">
            <span>{text.endedActions.detail}</span>
            <code>{detail}</code>
          </p>
        )}
        {action === 'link' && <LinkForm onOpen={onOpen} />}
        <div className="actions">
          {action === 'rejoin' && (
            <Button look="primary" icon={LogIn} data-testid="rejoin" onClick={onRejoin}>
              {text.endedActions.rejoin}
            </Button>
          )}
          {action === 'reload' && (
            <Button look="primary" icon={RotateCw} onClick={() => location.reload()}>
              {text.endedActions.reload}
            </Button>
          )}
          <Button icon={Home} onClick={onHome}>
            {text.endedActions.home}
          </Button>
        </div>
      </section>
    </Page>
  );
}
