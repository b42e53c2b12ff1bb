import { useEffect, useMemo, useRef } from 'react';

import type { LocalView } from '../call/local_media';
import { selfId, type CallSession, type Self } from '../call/session';
import type { Messages } from '../i18n';
import { messageOf, type Circumstances, type TileMessage } from '../state/tile_message';
import { arrangeTiles, ownCamera, ownScreen } from '../state/tiles';
import { handOrder, isOn, personQuality, type CallView, type Reaction } from '../state/view';
import { isHidden, tileKey, wantsOf, type PictureSource } from '../state/wants';
import type { Participant } from '../core/types';
import { useStore, useText } from './context';
import { useMedia, useSize } from './hooks';
import { Tile, type TileContent } from './tile';

interface StageProps {
  readonly session: CallSession;
  readonly local: LocalView;
  readonly self: Self;
  readonly mode: 'grid' | 'speaker';
  readonly incomingVideo: boolean;
  readonly pinned: string | null;
  readonly onPin: (key: string | null) => void;
  readonly onPeople: () => void;
  readonly onConnection: () => void;
}

/** All tiles; asks the server for what they show. */
export function Stage({ session, local, self, mode, incomingVideo, pinned, onPin, onPeople, onConnection }: StageProps) {
  const text = useText();
  const view = useStore(session.view);
  const media = useStore(session.media);
  const speech = useStore(session.speech);
  const { cpu, quality } = useStore(session.network.view);
  const ref = useRef<HTMLDivElement>(null);
  const area = useSize(ref);
  const gap = useMedia('(max-width: 640px)') ? 8 : 12;
  const { others, videoSlots } = view;
  const sharing = local.screen.video !== null;

  const arrangement = useMemo(
    () => arrangeTiles({ area, gap, others, sharing, pinned, mode, active: speech.active, videoSlots }),
    [area, gap, others, sharing, pinned, mode, speech.active, videoSlots],
  );
  const shrink = 2 ** cpu.receive.level;
  useEffect(() => {
    const input = { arrangement, others, pixelRatio: devicePixelRatio, limit: videoSlots, active: speech.active, pinned, shrink };
    session.watch(incomingVideo ? wantsOf(input) : []);
  }, [session, arrangement, others, incomingVideo, videoSlots, speech.active, pinned, shrink]);

  const circumstances: Circumstances = {
    incomingVideo,
    reconnecting: view.phase.kind !== 'inCall' || media.state !== 'connected',
  };
  const contents = new Map<string, TileContent>([
    [ownCamera, { ...ownContent(text, local, self, view, speech.speaking.has(selfId)), quality }],
    [ownScreen, ownScreenContent(text, local, self, view)],
  ]);
  const hands = handOrder(view);
  for (const participant of others) {
    for (const source of ['camera', 'screen'] as const) {
      const content = contentOf(text, participant, source, media.video, circumstances);
      const isCamera = source === 'camera';
      contents.set(tileKey(participant.id, source), {
        ...content,
        speaking: isCamera && !content.muted && speech.speaking.has(participant.id),
        hand: isCamera ? (hands.get(participant.id) ?? null) : null,
        reactions: isCamera ? reactionsOf(view, participant.id) : [],
        quality: isCamera ? personQuality(view, participant) : 'good',
      });
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
            onConnection={onConnection}
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

function reactionsOf({ reactions }: CallView, participant: number | undefined): readonly Reaction[] {
  return reactions.filter((reaction) => reaction.participant === participant);
}

function contentOf(
  text: Messages,
  participant: Participant,
  source: PictureSource,
  video: ReadonlyMap<string, MediaStreamTrack>,
  circumstances: Circumstances,
): Omit<TileContent, 'speaking' | 'hand' | 'reactions' | 'quality'> {
  const state = participant.sources[source];
  const { id, name, color, trust, leaving } = participant;
  const message = messageOf(participant, source, circumstances);
  const shown = state.kind === 'flowing' && circumstances.incomingVideo && !isHidden(participant);
  return {
    participant: id,
    source,
    name,
    color,
    label: source === 'screen' ? text.call.screenOf(name) : name,
    own: false,
    trust,
    leaving,
    state: state.kind,
    sound: participant.sources[source === 'screen' ? 'screenAudio' : 'microphone'].kind,
    track: shown ? (video.get(state.mid) ?? null) : null,
    muted: !isOn(participant.sources.microphone),
    reason: message,
    message: message === null ? null : messageText(text, message, name),
    waiting: source === 'screen' ? text.tile.screenConnecting(name) : text.tile.cameraConnecting(name),
  };
}

function messageText(text: Messages, message: TileMessage, name: string): string {
  const sentence = text.tile[message];
  return typeof sentence === 'string' ? sentence : sentence(name);
}

function ownContent(
  text: Messages,
  { camera, microphone }: LocalView,
  { name, color }: Self,
  view: CallView,
  speaking: boolean,
): TileContent {
  const off = camera.track === null;
  return {
    ...ownCommon(view, name, color),
    source: 'camera',
    label: text.call.you,
    state: off ? 'off' : 'flowing',
    sound: microphone.on ? 'flowing' : 'muted',
    track: camera.track,
    muted: !microphone.on,
    speaking: speaking && microphone.on,
    hand: (view.self && handOrder(view).get(view.self.id)) ?? null,
    reactions: reactionsOf(view, view.self?.id),
    reason: off ? 'cameraOff' : null,
    message: off ? text.tile.cameraOff : null,
  };
}

function ownScreenContent(text: Messages, { screen }: LocalView, { name, color }: Self, view: CallView): TileContent {
  return {
    ...ownCommon(view, name, color),
    source: 'screen',
    label: text.call.yourScreen,
    state: screen.video ? 'flowing' : 'off',
    sound: screen.audio ? 'flowing' : 'off',
    track: screen.video,
    muted: screen.audio === null,
    speaking: false,
    hand: null,
    reactions: [],
    reason: null,
    message: null,
  };
}

function ownCommon({ self }: CallView, name: string, color: number) {
  return { participant: self?.id ?? null, name, color, own: true, trust: 'known', leaving: false, waiting: '', quality: 'good' } as const;
}
