import { LayoutGrid, MessageSquare, Presentation, SlidersHorizontal, UserPlus, Users } from 'lucide-react';

import type { CallView } from '../state/view';
import type { OpenDialog } from './call_dialogs';
import { useText } from './context';
import { IconButton, Logo } from './parts';
import { TrustBar } from './trust_bar';

export type OpenPanel = 'people' | 'chat' | 'connection';

interface CallHeadProps {
  readonly view: CallView;
  readonly mode: 'grid' | 'speaker';
  readonly panel: OpenPanel | null;
  readonly unread: number;
  readonly onMode: () => void;
  readonly onPanel: (panel: OpenPanel) => void;
  readonly onDialog: (dialog: OpenDialog) => void;
}

export function CallHead({ view, mode, panel, unread, onMode, onPanel, onDialog }: CallHeadProps) {
  const text = useText();
  const count = view.others.length + 1;
  const waiting = view.self?.host ? view.waiting.length : 0;
  return (
    <header className="call-head">
      <div className="call-head-side">
        <Logo size={26} />
        <TrustBar view={view} onOpen={() => onDialog('code')} />
      </div>
      <div className="call-head-side call-head-actions">
        {view.others.length > 1 && (
          <IconButton
            className="wide-only"
            icon={mode === 'grid' ? Presentation : LayoutGrid}
            label={mode === 'grid' ? text.call.layoutSpeaker : text.call.layoutGrid}
            aria-keyshortcuts="v"
            onClick={onMode}
          />
        )}
        <IconButton
          icon={UserPlus}
          label={text.call.invite}
          data-testid="invite"
          aria-keyshortcuts="i"
          onClick={() => onDialog('invite')}
        />
        <button
          type="button"
          className="icon-button icon-button-panel"
          data-testid="chat-toggle"
          data-unread={unread}
          aria-label={unread > 0 ? `${text.chat.open}: ${text.chat.unread(unread)}` : text.chat.open}
          title={`${text.chat.open} (T)`}
          aria-keyshortcuts="t"
          aria-expanded={panel === 'chat'}
          onClick={() => onPanel('chat')}
        >
          <MessageSquare aria-hidden size={20} />
          {unread > 0 && <span className="dot">{unread > 99 ? '99+' : unread}</span>}
        </button>
        <button
          type="button"
          className="icon-button icon-button-count icon-button-panel"
          data-testid="participants"
          data-count={count}
          aria-label={`${text.call.people}: ${text.call.peopleCount(count)}`}
          title={`${text.call.people} (P)`}
          aria-keyshortcuts="p"
          aria-expanded={panel === 'people'}
          onClick={() => onPanel('people')}
        >
          <Users aria-hidden size={20} />
          <span>{count}</span>
          {waiting > 0 && <span className="dot dot-waiting">{waiting}</span>}
        </button>
        <IconButton
          icon={SlidersHorizontal}
          label={text.call.settings}
          data-testid="settings"
          onClick={() => onDialog('settings')}
        />
      </div>
    </header>
  );
}
