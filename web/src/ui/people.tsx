import { Mic, MicOff, MonitorUp, Video, Volume2, X } from 'lucide-react';
import type { ReactNode } from 'react';

import type { LocalView } from '../call/local_media';
import { selfId, type CallSession } from '../call/session';
import { isOn } from '../state/view';
import { useStore, useText } from './context';
import { Avatar, IconButton } from './parts';

interface PeopleProps {
  readonly session: CallSession;
  readonly local: LocalView;
  readonly name: string;
  readonly volumes: ReadonlyMap<number, number>;
  readonly onVolume: (participant: number, volume: number) => void;
  readonly onClose: () => void;
}

export function People({ session, local, name, volumes, onVolume, onClose }: PeopleProps) {
  const text = useText();
  const { others } = useStore(session.view);
  const { speaking } = useStore(session.speech);
  return (
    <aside className="panel" aria-label={text.people.title}>
      <header className="panel-head">
        <h2>{text.people.title}</h2>
        <span className="panel-count">{others.length + 1}</span>
        <IconButton icon={X} label={text.call.close} onClick={onClose} />
      </header>
      <ul className="people" data-testid="participants-list">
        <Person
          name={name}
          note={text.call.you}
          microphone={local.microphone.on}
          camera={local.camera.track !== null}
          sharing={local.screen.video !== null}
          speaking={local.microphone.on && speaking.has(selfId)}
        />
        {others.map((participant) => {
          const label = participant.name ?? text.call.unknown;
          return (
            <Person
              key={participant.id}
              name={label}
              known={participant.name !== null}
              note={participant.name === null ? text.tile.otherLink : ''}
              microphone={isOn(participant.sources.microphone)}
              camera={isOn(participant.sources.camera)}
              sharing={isOn(participant.sources.screen)}
              speaking={isOn(participant.sources.microphone) && speaking.has(participant.id)}
            >
              <label className="volume" title={text.call.volume(label)}>
                <Volume2 aria-hidden size={15} />
                <input
                  type="range"
                  min={0}
                  max={1}
                  step={0.05}
                  value={volumes.get(participant.id) ?? 1}
                  aria-label={text.call.volume(label)}
                  onChange={(event) => onVolume(participant.id, event.target.valueAsNumber)}
                />
              </label>
            </Person>
          );
        })}
      </ul>
    </aside>
  );
}

interface PersonProps {
  readonly name: string;
  readonly known?: boolean;
  readonly note: string;
  readonly microphone: boolean;
  readonly camera: boolean;
  readonly sharing: boolean;
  readonly speaking: boolean;
  readonly children?: ReactNode;
}

function Person({ name, known = true, note, microphone, camera, sharing, speaking, children }: PersonProps) {
  const text = useText().people;
  return (
    <li className={`person ${speaking ? 'person-speaking' : ''}`}>
      <Avatar name={known ? name : ''} />
      <div className="person-text">
        <span className="person-name">{name}</span>
        {note !== '' && <small>{note}</small>}
        {children}
      </div>
      <span className="person-state">
        {sharing && <MonitorUp size={17} aria-label={text.sharing} role="img" />}
        {camera && <Video size={17} aria-label={text.cameraOn} role="img" />}
        {microphone ? (
          <Mic size={17} aria-label={text.microphoneOn} role="img" />
        ) : (
          <MicOff size={17} className="is-muted" aria-label={text.microphoneOff} role="img" />
        )}
      </span>
    </li>
  );
}
