import { Ellipsis } from 'lucide-react';
import { useId, useRef } from 'react';

import type { LocalMedia } from '../call/local_media';
import type { Quality } from '../state/diagnosis';
import { useStore, useText } from './context';
import { usePressOutside } from './hooks';
import { Switch } from './parts';
import { SignalBars } from './signal_bars';
import type { VideoChoice } from './use_video_choice';

interface MoreMenuProps {
  readonly local: LocalMedia;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly video: VideoChoice;
  readonly quality: Quality;
  readonly onConnection: () => void;
}

/** What is needed now and then: how much video there is, and how the connection is. */
export function MoreMenu({ local, open, onOpen, video, quality, onConnection }: MoreMenuProps) {
  const text = useText();
  const { screen, screenContent } = useStore(local.view);
  const ref = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  usePressOutside(ref, open, () => onOpen(false));
  return (
    <div
      className="more"
      ref={ref}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        event.stopPropagation();
        onOpen(false);
        button.current?.focus();
      }}
    >
      <button
        ref={button}
        type="button"
        className={`toggle toggle-action ${open ? 'toggle-on' : 'toggle-off'}`}
        data-testid="more-toggle"
        aria-label={text.network.more}
        aria-expanded={open}
        aria-controls={id}
        title={text.network.more}
        onClick={() => onOpen(!open)}
      >
        <Ellipsis aria-hidden size={22} />
      </button>
      {open && (
        <div id={id} className="more-menu" role="group" aria-label={text.network.more} data-testid="more-menu">
          <Switch
            testId="incoming-video"
            label={text.devices.incomingVideo}
            hint={text.devices.incomingVideoHint}
            checked={video.incomingVideo}
            onChange={video.setIncomingVideo}
          />
          <Switch
            testId="audio-only"
            label={text.network.audioOnly}
            hint={text.network.audioOnlyHint}
            checked={video.audioOnly}
            onChange={video.setAudioOnly}
          />
          {screen.video && (
            <Switch
              testId="smooth-motion"
              label={text.network.motion}
              hint={text.network.motionHint}
              checked={screenContent === 'motion'}
              onChange={(on) => local.setScreenContent(on ? 'motion' : 'detail')}
            />
          )}
          <button type="button" className="more-row" data-testid="open-connection" aria-keyshortcuts="n" onClick={onConnection}>
            <span className="switch-text">
              <span>{text.network.title}</span>
              <small>{text.network.quality[quality]}</small>
            </span>
            <SignalBars quality={quality} size={20} />
          </button>
        </div>
      )}
    </div>
  );
}
