import { X } from 'lucide-react';
import type { ReactNode } from 'react';

import { useText } from './context';
import { IconButton } from './parts';

interface PanelProps {
  readonly title: string;
  readonly count?: number;
  readonly testId: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** At the side of a call; over all of it on a phone. */
export function Panel({ title, count, testId, onClose, children }: PanelProps) {
  const text = useText().call;
  return (
    <aside className="panel" aria-label={title} data-testid={testId}>
      <header className="panel-head">
        <h2>{title}</h2>
        <span className="panel-count">{count}</span>
        <IconButton icon={X} label={text.close} data-testid="close-panel" onClick={onClose} />
      </header>
      {children}
    </aside>
  );
}
