import { useEffect, useMemo, useRef } from 'react';

import type { LocalView } from '../call/local_media';
import { selfId, type CallSession } from '../call/session';
import type { Messages } from '../i18n';
import { messageOf, type Circumstances } from '../state/tile_message';
import { arrangeTiles, ownCamera, ownScreen } from '../state/tiles';
import { isOn } from '../state/view';
import { tileKey, wantsOf, type PictureSource } from '../state/wants';
import type { Participant } from '../core/types';
import { useStore, useText } from './context';
import { useMedia, useSize } from './hooks';
import { Tile, type TileContent } from './tile';

interface StageProps {
  readonly session: CallSession;
  readonly local: LocalView;
  readonly name: string;
  readonly mode: 'grid' | 'speaker';
  readonly incomingVideo: boolean;
  readonly pinned: string | null;
  readonly onPin: (key: string | null) => void;
  readonly onPeople: () => void;
}

/** All tiles; asks the server for what they show. */
export function Stage({ session, local, name, mode, incomingVideo, pinned, onPin, onPeople }: StageProps) {
  const text = useText();
  const view = useStore(session.view);
  const media = useStore(session.media);
  const speech = useStore(session.speech);
  const ref = useRef<HTMLDivElement>(null);
  const area = useSize(ref);
  const gap = useMedia('(max-width: 640px)') ? 8 : 12;
  const { others, videoSlots } = view;
  const sharing = local.screen.video !== null;

  const arrangement = useMemo(
    () => arrangeTiles({ area, gap, others, sharing, pinned, mode, active: speech.active, videoSlots }),
    [area, gap, others, sharing, pinned, mode, speech.active, videoSlots],
  );
  useEffect(() => {
    session.watch(incomingVideo ? wantsOf(arrangement, others, devicePixelRatio, videoSlots) : []);
  }, [session, arrangement, others, incomingVideo, videoSlots]);

  const circumstances: Circumstances = {
    incomingVideo,
    reconnecting: view.phase.kind !== 'inCall' || media.state !== 'connected',
    everybodyHasASlot: others.length <= view.audioSlots,
  };
  const contents = new Map<string, TileContent>([
    [ownCamera, ownContent(text, local, name, view.self, speech.speaking.has(selfId))],
    [ownScreen, ownScreenContent(text, local, name, view.self)],
  ]);
  for (const participant of others) {
    for (const source of ['camera', 'screen'] as const) {
      const content = contentOf(text, participant, source, media.video, circumstances);
      const speaking = source === 'camera' && !content.muted && speech.speaking.has(participant.id);
      contents.set(tileKey(participant.id, source), { ...content, speaking });
    }
  }

  return (
    <div className="stage" ref={ref}>
      {arrangement.placed.map(({ key, role, rect }) => {
        const content = contents.get(key);
        if (!content) return null;
        const isPinned = key === pinned;
        return (
          <Tile
            key={key}
            content={content}
            role={role}
            rect={rect}
            pinned={isPinned}
            onPin={() => onPin(isPinned ? null : key)}
          />
        );
      })}
      {arrangement.hidden > 0 && (
        <button type="button" className="stage-hidden" onClick={onPeople}>
          {text.call.moreHidden(arrangement.hidden)}
        </button>
      )}
    </div>
  );
}

function contentOf(
  text: Messages,
  participant: Participant,
  source: PictureSource,
  video: ReadonlyMap<string, MediaStreamTrack>,
  circumstances: Circumstances,
): Omit<TileContent, 'speaking'> {
  const state = participant.sources[source];
  const name = participant.name ?? text.call.unknown;
  const message = messageOf(participant, source, circumstances);
  return {
    participant: participant.id,
    source,
    name: participant.name ?? '',
    label: source === 'screen' ? text.call.screenOf(name) : name,
    own: false,
    state: state.kind,
    track: state.kind === 'flowing' ? (video.get(state.mid) ?? null) : null,
    muted: !isOn(participant.sources.microphone),
    message: message === null ? null : messageText(text, message, name),
    waiting: source === 'screen' ? text.tile.screenWaiting(name) : text.tile.cameraWaiting(name),
  };
}

function messageText(text: Messages, message: NonNullable<ReturnType<typeof messageOf>>, name: string): string {
  const sentence = text.tile[message];
  return typeof sentence === 'string' ? sentence : sentence(name);
}

function ownContent(
  text: Messages,
  { camera, microphone }: LocalView,
  name: string,
  self: number | null,
  speaking: boolean,
): TileContent {
  return {
    participant: self,
    source: 'camera',
    name,
    label: text.call.you,
    own: true,
    state: camera.track ? 'flowing' : 'off',
    track: camera.track,
    muted: !microphone.on,
    speaking: speaking && microphone.on,
    message: null,
    waiting: '',
  };
}

function ownScreenContent(text: Messages, { screen }: LocalView, name: string, self: number | null): TileContent {
  return {
    participant: self,
    source: 'screen',
    name,
    label: text.call.yourScreen,
    own: true,
    state: screen.video ? 'flowing' : 'off',
    track: screen.video,
    muted: screen.audio === null,
    speaking: false,
    message: null,
    waiting: '',
  };
}
