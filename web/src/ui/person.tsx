import {
  Crown,
  EllipsisVertical,
  Hand,
  Mic,
  MicOff,
  MonitorUp,
  ShieldAlert,
  ShieldCheck,
  ShieldQuestion,
  UserRound,
  Video,
  Volume2,
  type LucideIcon,
} from 'lucide-react';
import { useId, useState } from 'react';

import type { CallSession } from '../call/session';
import type { Participant, Trust } from '../core/types';
import type { Quality } from '../state/diagnosis';
import { useText } from './context';
import { Avatar, Button, Confirm, IconButton } from './parts';
import { SignalButton } from './signal_bars';

export interface PersonProps {
  readonly session: CallSession;
  readonly person: Participant;
  readonly own?: boolean;
  /** This user is a host, and this is somebody else. */
  readonly ruled: boolean;
  /** In the row of raised hands; null: it is down. */
  readonly place: number | null;
  readonly microphone: boolean;
  readonly camera: boolean;
  readonly sharing: boolean;
  readonly speaking: boolean;
  readonly quality: Quality;
  readonly onConnection: () => void;
  readonly volume?: number;
  readonly onVolume?: (volume: number) => void;
}

const trustIcons: Readonly<Record<Trust, LucideIcon>> = {
  guest: UserRound,
  known: ShieldQuestion,
  verified: ShieldCheck,
  changed: ShieldAlert,
};

export function Person(props: PersonProps) {
  const { session, person, own = false, ruled, place, volume, onVolume } = props;
  const text = useText();
  const [open, setOpen] = useState(false);
  const actionsId = useId();
  const { name, color, speaking } = { ...person, ...props };
  return (
    <li
      className={`person ${speaking ? 'person-speaking' : ''} ${person.leaving ? 'person-leaving' : ''}`}
      data-testid="person"
      data-participant={person.id}
      data-trust={person.trust}
      data-host={person.host}
    >
      <Avatar name={name} color={color} />
      <div className="person-text">
        <span className="person-name">
          <span>{name}</span>
          {own && <small>{text.call.you}</small>}
        </span>
        <span className="person-marks">
          {person.host && (
            <span className="mark">
              <Crown aria-hidden size={13} />
              {text.people.host}
            </span>
          )}
          {!own && <TrustMark trust={person.trust} />}
          {!props.microphone && (
            <span className="mark" data-testid="muted">
              {text.people.microphoneOff}
            </span>
          )}
          {person.leaving && <span className="mark">{text.call.leaving}</span>}
        </span>
        {volume !== undefined && onVolume && (
          <label className="volume" title={text.call.volume(name)}>
            <Volume2 aria-hidden size={15} />
            <input
              type="range"
              min={0}
              max={1}
              step={0.05}
              value={volume}
              aria-label={text.call.volume(name)}
              onChange={(event) => onVolume(event.target.valueAsNumber)}
            />
          </label>
        )}
      </div>
      <PersonState {...props} />
      {ruled && (
        <IconButton
          className="person-more"
          icon={EllipsisVertical}
          size={18}
          label={text.people.actions(name)}
          data-testid="person-actions"
          aria-expanded={open}
          aria-controls={actionsId}
          onClick={() => setOpen(!open)}
        />
      )}
      {ruled && open && (
        <PersonActions id={actionsId} session={session} person={person} place={place} microphone={props.microphone} onDone={() => setOpen(false)} />
      )}
    </li>
  );
}

export function TrustMark({ trust }: { readonly trust: Trust }) {
  const text = useText().trust;
  const Icon = trustIcons[trust];
  return (
    <span className={`mark mark-${trust}`} title={text[`${trust}Hint`]}>
      <Icon aria-hidden size={13} />
      {text[trust]}
    </span>
  );
}

function PersonState({ person, own = false, place, microphone, camera, sharing, quality, onConnection }: PersonProps) {
  const text = useText().people;
  return (
    <span className="person-state">
      {place !== null && (
        <span className="hand-mark" role="img" aria-label={text.hand(place)} data-testid="hand">
          <Hand aria-hidden size={16} />
          {place}
        </span>
      )}
      {sharing && <MonitorUp size={17} aria-label={text.sharing} role="img" />}
      {camera && <Video size={17} aria-label={text.cameraOn} role="img" />}
      {microphone ? (
        <Mic size={17} aria-label={text.microphoneOn} role="img" />
      ) : (
        <MicOff size={17} className="is-muted" aria-hidden />
      )}
      <SignalButton name={own ? null : person.name} quality={quality} size={17} onOpen={onConnection} />
    </span>
  );
}

interface PersonActionsProps {
  readonly id: string;
  readonly session: CallSession;
  readonly person: Participant;
  readonly place: number | null;
  readonly microphone: boolean;
  readonly onDone: () => void;
}

function PersonActions({ id, session, person, place, microphone, onDone }: PersonActionsProps) {
  const text = useText().people;
  const [asking, setAsking] = useState<'remove' | 'makeHost' | null>(null);
  const { id: participant, name } = person;
  const tell = (kind: 'askMute' | 'askUnmute' | 'lowerHands') => () => {
    session.tell({ kind, participant });
    onDone();
  };
  const small = { className: 'button-small' };
  return (
    <div id={id} className="person-actions" role="group" aria-label={text.actions(name)}>
      {microphone ? (
        <Button {...small} data-testid="ask-mute" onClick={tell('askMute')}>
          {text.askMute}
        </Button>
      ) : (
        <Button {...small} data-testid="ask-unmute" onClick={tell('askUnmute')}>
          {text.askUnmute}
        </Button>
      )}
      {place !== null && (
        <Button {...small} data-testid="lower-hand" onClick={tell('lowerHands')}>
          {text.lowerHand}
        </Button>
      )}
      {!person.host && (
        <Button {...small} data-testid="make-host" onClick={() => setAsking('makeHost')}>
          {text.makeHost}
        </Button>
      )}
      <Button {...small} look="danger" data-testid="remove" onClick={() => setAsking('remove')}>
        {text.remove}
      </Button>
      {asking && (
        <Confirm
          title={asking === 'remove' ? text.removeTitle(name) : text.makeHostTitle(name)}
          text={asking === 'remove' ? text.removeText(name) : text.makeHostText(name)}
          action={asking === 'remove' ? text.remove : text.makeHost}
          danger={asking === 'remove'}
          onConfirm={() => session.tell({ kind: asking, participant })}
          onClose={() => {
            setAsking(null);
            onDone();
          }}
        />
      )}
    </div>
  );
}
