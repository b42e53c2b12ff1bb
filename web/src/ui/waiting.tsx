import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';

import type { LocalMedia } from '../call/local_media';
import type { Self } from '../call/session';
import { useText } from './context';
import { Page } from './page';
import { Avatar, Button } from './parts';
import { Preview } from './preview';

interface WaitingProps {
  readonly local: LocalMedia;
  readonly self: Self;
  readonly onCancel: () => void;
}

/** In front of the door, until a host opens it. */
export function Waiting({ local, self, onCancel }: WaitingProps) {
  const text = useText().waiting;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <Page className="lobby">
      <div className="lobby-columns">
        <Preview local={local} name={self.name} color={self.color} />
        <section className="lobby-side waiting" data-testid="waiting">
          <span className="waiting-mark" aria-hidden>
            <Avatar name={self.name} color={self.color} />
          </span>
          <h1 ref={heading} tabIndex={-1}>
            {text.title}
          </h1>
          <p className="lead" role="status">
            {text.text}
          </p>
          <p className="hint">{text.as(self.name)}</p>
          <Button icon={X} data-testid="cancel-waiting" onClick={onCancel}>
            {text.cancel}
          </Button>
        </section>
      </div>
    </Page>
  );
}
