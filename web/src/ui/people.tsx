import { Hand, MicOff } from 'lucide-react';

import type { LocalView } from '../call/local_media';
import { selfId, type CallSession } from '../call/session';
import { everybody } from '../core/types';
import { handOrder, isOn, personQuality } from '../state/view';
import { AdmitAll, WaitingPeople } from './asks';
import { useStore, useText } from './context';
import { Panel } from './panel';
import { Button } from './parts';
import { Person } from './person';
import { RoomRules } from './room_rules';

interface PeopleProps {
  readonly session: CallSession;
  readonly local: LocalView;
  readonly volumes: ReadonlyMap<number, number>;
  readonly onVolume: (participant: number, volume: number) => void;
  readonly onRenew: () => void;
  readonly onConnection: () => void;
  readonly onClose: () => void;
}

/** Everybody, whoever waits at the door, and what hosts can do about them. */
export function People({ session, local, volumes, onVolume, onRenew, onConnection, onClose }: PeopleProps) {
  const text = useText();
  const view = useStore(session.view);
  const { speaking } = useStore(session.speech);
  const { quality } = useStore(session.network.view);
  const { self, others, waiting, room } = view;
  const hands = handOrder(view);
  const isHost = self?.host ?? false;
  // Whoever wants to speak comes first, in the order of raising.
  const sorted = [...others].sort((a, b) => (hands.get(a.id) ?? Infinity) - (hands.get(b.id) ?? Infinity) || 0);
  return (
    <Panel title={text.people.title} count={others.length + 1} testId="people" onClose={onClose}>
      <div className="panel-scroll">
        {isHost && waiting.length > 0 && (
          <section className="panel-waiting" aria-label={text.people.waiting} data-testid="waiting-list">
            <header>
              <h3>{text.people.waiting}</h3>
              {waiting.length > 1 && <AdmitAll session={session} waiting={waiting} />}
            </header>
            <WaitingPeople session={session} waiting={waiting} />
          </section>
        )}
        <ul className={`people ${isHost ? 'people-ruled' : ''}`} data-testid="participants-list">
          {self && (
            <Person
              session={session}
              person={self}
              own
              ruled={false}
              place={hands.get(self.id) ?? null}
              microphone={local.microphone.on}
              camera={local.camera.track !== null}
              sharing={local.screen.video !== null}
              speaking={local.microphone.on && speaking.has(selfId)}
              quality={quality}
              onConnection={onConnection}
            />
          )}
          {sorted.map((participant) => (
            <Person
              key={participant.id}
              session={session}
              person={participant}
              ruled={isHost}
              place={hands.get(participant.id) ?? null}
              microphone={isOn(participant.sources.microphone)}
              camera={isOn(participant.sources.camera)}
              sharing={isOn(participant.sources.screen)}
              speaking={isOn(participant.sources.microphone) && speaking.has(participant.id)}
              quality={personQuality(view, participant)}
              onConnection={onConnection}
              volume={volumes.get(participant.id) ?? 1}
              onVolume={(volume) => onVolume(participant.id, volume)}
            />
          ))}
        </ul>
      </div>
      {isHost && (
        <footer className="panel-foot">
          <div className="panel-all">
            <Button
              className="button-small"
              icon={MicOff}
              data-testid="mute-all"
              disabled={others.length === 0}
              onClick={() => session.tell({ kind: 'askMute', participant: everybody })}
            >
              {text.people.muteAll}
            </Button>
            <Button
              className="button-small"
              icon={Hand}
              data-testid="lower-all"
              disabled={hands.size === 0}
              onClick={() => session.tell({ kind: 'lowerHands', participant: everybody })}
            >
              {text.people.lowerAll}
            </Button>
          </div>
          {room && <RoomRules session={session} room={room} onRenew={onRenew} />}
        </footer>
      )}
    </Panel>
  );
}
