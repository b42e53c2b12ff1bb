import { RefreshCw } from 'lucide-react';
import { useState } from 'react';

import type { CallSession } from '../call/session';
import type { RoomRules as Rules } from '../core/types';
import type { Room } from '../state/view';
import { useText } from './context';
import { Button, Confirm, Switch } from './parts';

interface RoomRulesProps {
  readonly session: CallSession;
  readonly room: Room;
  readonly onRenew: () => void;
}

/** What hosts decide for everybody. */
export function RoomRules({ session, room, onRenew }: RoomRulesProps) {
  const text = useText().room;
  const [asking, setAsking] = useState(false);
  const rules = [
    { key: 'lobby', label: text.lobby, hint: text.lobbyHint },
    { key: 'locked', label: text.locked, hint: text.lockedHint },
    { key: 'muteOnEntry', label: text.muteOnEntry, hint: text.muteOnEntryHint },
  ] as const satisfies readonly { readonly key: keyof Rules; readonly label: string; readonly hint: string }[];
  return (
    <details className="fold room-rules" data-testid="room-rules">
      <summary>{text.title}</summary>
      {rules.map(({ key, label, hint }) => (
        <Switch
          key={key}
          testId={`rule-${key}`}
          label={label}
          hint={hint}
          checked={room.rules[key]}
          onChange={(on) => session.tell({ kind: 'setRoom', rules: { ...room.rules, [key]: on } })}
        />
      ))}
      <Button icon={RefreshCw} data-testid="renew-link" onClick={() => setAsking(true)}>
        {text.renew}
      </Button>
      <p className="hint">{text.renewHint}</p>
      {asking && (
        <Confirm
          title={text.renewTitle}
          text={text.renewText}
          action={text.renew}
          onConfirm={onRenew}
          onClose={() => setAsking(false)}
        />
      )}
    </details>
  );
}
