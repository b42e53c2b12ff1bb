import { Maximize2, MicOff, MonitorUp, Pin, PinOff } from 'lucide-react';
import { useRef, useState } from 'react';

import type { Role, Rect } from '../state/layout';
import { useText } from './context';
import { useProperties } from './hooks';
import { Avatar, IconButton } from './parts';
import { VideoView } from './video_view';

export interface TileContent {
  readonly participant: number | null;
  readonly source: 'camera' | 'screen';
  /** What other people read on it. */
  readonly label: string;
  /** Empty: unknown. */
  readonly name: string;
  readonly own: boolean;
  readonly state: 'off' | 'waiting' | 'flowing' | 'undecryptable';
  readonly track: MediaStreamTrack | null;
  readonly muted: boolean;
  readonly speaking: boolean;
  /** Why there is no picture or sound; null: there is nothing to explain. */
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
}

export function Tile({ content, role, rect, pinned, onPin }: TileProps) {
  const text = useText();
  const ref = useRef<HTMLElement>(null);
  useProperties(ref, {
    '--x': `${rect.x}px`,
    '--y': `${rect.y}px`,
    '--w': `${rect.width}px`,
    '--h': `${rect.height}px`,
  });
  const [visible, setVisible] = useState(false);
  const { label, state, track, muted, speaking, source, own } = content;
  const message = content.message ?? (track && !visible && !own ? content.waiting : null);
  const details = [
    label,
    ...(source === 'camera' && muted ? [text.call.muted] : []),
    ...(source === 'camera' && state === 'off' ? [text.call.cameraIsOff] : []),
    ...(speaking ? [text.call.speaking] : []),
    ...(pinned ? [text.call.pinned] : []),
  ];
  const reason = message !== null && (
    <p className={`tile-message ${visible ? 'tile-message-over' : ''} tile-message-${state}`} data-testid="tile-message">
      {message}
    </p>
  );
  const size = Math.min(rect.width, rect.height) < 150 ? 'tile-small' : 'tile-roomy';
  return (
    <article
      ref={ref}
      className={`tile tile-${role} ${size} ${speaking ? 'tile-speaking' : ''}`}
      data-testid="tile"
      data-participant={content.participant ?? ''}
      data-source={source}
      data-state={state}
      data-speaking={speaking}
      data-muted={muted}
      data-self={own}
      aria-label={details.join(', ')}
      onDoubleClick={onPin}
    >
      <div className="tile-empty">
        {source === 'camera' ? <Avatar name={content.name} /> : <MonitorUp aria-hidden size={40} />}
        {!visible && reason}
      </div>
      {track && (
        <VideoView track={track} mirrored={own && source === 'camera'} whole={source === 'screen'} onPicture={setVisible} />
      )}
      {visible && reason}
      <div className="tile-name">
        {source === 'screen' && <MonitorUp aria-hidden size={14} />}
        {source === 'camera' && muted && <MicOff aria-hidden size={14} />}
        <span>{label}</span>
      </div>
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
