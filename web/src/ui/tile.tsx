import { Hand, Maximize2, MicOff, MonitorUp, Pin, PinOff, ShieldAlert, ShieldCheck } from 'lucide-react';
import { useRef, useState } from 'react';

import type { TrackState, Trust } from '../core/types';
import type { Quality } from '../state/diagnosis';
import type { Role, Rect } from '../state/layout';
import type { TileMessage } from '../state/tile_message';
import type { Reaction } from '../state/view';
import { useText } from './context';
import { useProperties } from './hooks';
import { Avatar, IconButton } from './parts';
import { FloatingReactions } from './reactions';
import { SignalButton } from './signal_bars';
import { VideoView } from './video_view';

export interface TileContent {
  readonly participant: number | null;
  readonly source: 'camera' | 'screen';
  /** What other people read on it. */
  readonly label: string;
  readonly name: string;
  readonly color: number;
  readonly own: boolean;
  readonly trust: Trust;
  readonly leaving: boolean;
  readonly state: TrackState['kind'];
  readonly sound: TrackState['kind'];
  readonly track: MediaStreamTrack | null;
  readonly muted: boolean;
  readonly speaking: boolean;
  /** In the row of raised hands, from 1; null: it is down. */
  readonly hand: number | null;
  readonly reactions: readonly Reaction[];
  /** Shown where it isn't good. */
  readonly quality: Quality;
  /** Why there is no picture or sound, in a word for tests and in a sentence; null: there is nothing to explain. */
  readonly reason: TileMessage | null;
  readonly message: string | null;
  /** What to say while a track flows but shows no picture yet. */
  readonly waiting: string;
}

interface TileProps {
  readonly content: TileContent;
  readonly role: Role;
  readonly rect: Rect;
  readonly pinned: boolean;
  readonly onPin: () => void;
  readonly onConnection: () => void;
}

export function Tile({ content, role, rect, pinned, onPin, onConnection }: TileProps) {
  const text = useText();
  const ref = useRef<HTMLElement>(null);
  useProperties(ref, {
    '--x': `${rect.x}px`,
    '--y': `${rect.y}px`,
    '--w': `${rect.width}px`,
    '--h': `${rect.height}px`,
  });
  const [visible, setVisible] = useState(false);
  const { label, state, track, muted, speaking, source, own, hand, trust, leaving, quality } = content;
  const message = content.message ?? (track && !visible && !own ? content.waiting : null);
  const details = [
    label,
    ...(source === 'camera' && muted ? [text.call.muted] : []),
    ...(source === 'camera' && state === 'off' ? [text.call.cameraIsOff] : []),
    ...(speaking ? [text.call.speaking] : []),
    ...(hand === null ? [] : [text.call.handRaised(hand)]),
    ...(trust === 'changed' ? [text.trust.changed] : []),
    ...(leaving ? [text.call.leaving] : []),
    ...(pinned ? [text.call.pinned] : []),
    ...(quality === 'good' ? [] : [text.network.quality[quality]]),
  ];
  const reason = message !== null && (
    <p className={`tile-message ${visible ? 'tile-message-over' : ''} tile-message-${content.reason ?? ''}`} data-testid="tile-message">
      {message}
    </p>
  );
  const size = Math.min(rect.width, rect.height) < 150 ? 'tile-small' : 'tile-roomy';
  return (
    <article
      ref={ref}
      className={`tile tile-${role} ${size} ${speaking ? 'tile-speaking' : ''} ${leaving ? 'tile-leaving' : ''}`}
      data-testid="tile"
      data-participant={content.participant ?? ''}
      data-source={source}
      data-state={state}
      data-sound={content.sound}
      data-reason={content.reason ?? ''}
      data-trust={trust}
      data-speaking={speaking}
      data-muted={muted}
      data-self={own}
      data-quality={quality}
      aria-label={details.join(', ')}
      onDoubleClick={onPin}
    >
      <div className="tile-empty">
        {source === 'camera' ? <Avatar name={content.name} color={content.color} /> : <MonitorUp aria-hidden size={40} />}
        {!visible && reason}
      </div>
      {track && (
        <VideoView track={track} mirrored={own && source === 'camera'} whole={source === 'screen'} onPicture={setVisible} />
      )}
      {visible && reason}
      <div className="tile-name">
        {quality !== 'good' && <SignalButton name={own ? null : content.name} quality={quality} size={14} onOpen={onConnection} />}
        {source === 'screen' && <MonitorUp aria-hidden size={14} />}
        {source === 'camera' && muted && <MicOff aria-hidden size={14} />}
        {!own && trust === 'verified' && <ShieldCheck aria-hidden size={14} className="tile-verified" />}
        {trust === 'changed' && <ShieldAlert aria-hidden size={14} />}
        <span className="tile-label">{label}</span>
        {source === 'camera' && muted && (
          <span className="tile-muted" data-testid="tile-muted">
            {text.tile.muted}
          </span>
        )}
      </div>
      {hand !== null && (
        <span className="tile-hand" data-testid="tile-hand" aria-hidden>
          <Hand size={16} />
          {hand}
        </span>
      )}
      <FloatingReactions reactions={content.reactions} />
      {role !== 'float' && (
        <div className="tile-actions">
          <IconButton
            icon={pinned ? PinOff : Pin}
            size={17}
            label={pinned ? text.call.unpin(label) : text.call.pin(label)}
            data-on={pinned}
            onClick={onPin}
          />
          {track && document.fullscreenEnabled && (
            <IconButton
              icon={Maximize2}
              size={17}
              label={text.call.fullScreen(label)}
              onClick={() => void toggleFullScreen(ref.current)}
            />
          )}
        </div>
      )}
    </article>
  );
}

async function toggleFullScreen(element: HTMLElement | null): Promise<void> {
  // Refused when the window lost the focus meanwhile: nothing to tell anybody.
  if (document.fullscreenElement) await document.exitFullscreen().catch(() => undefined);
  else await element?.requestFullscreen().catch(() => undefined);
}
