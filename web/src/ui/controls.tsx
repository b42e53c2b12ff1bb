import { Hand, Mic, MicOff, PhoneOff, ScreenShare, ScreenShareOff, Video, VideoOff } from 'lucide-react';

import type { ReactNode } from 'react';

import type { LocalMedia } from '../call/local_media';
import { canShareScreen } from '../platform/capture';
import { useStore, useText } from './context';
import { ReactionPicker } from './reactions';
import { Toggle } from './toggle';

export interface CallActions {
  microphone(): void;
  camera(): void;
  share(): void;
  hand(): void;
  react(emoji: string): void;
  leave(): void;
}

interface ControlsProps {
  readonly local: LocalMedia;
  readonly handRaised: boolean;
  readonly reacting: boolean;
  readonly onReacting: (open: boolean) => void;
  readonly actions: CallActions;
  /** Before the last one. */
  readonly children: ReactNode;
}

export function Controls({ local, handRaised, reacting, onReacting, actions, children }: ControlsProps) {
  const text = useText().call;
  const { microphone, camera, screen } = useStore(local.view);
  const sharing = screen.video !== null;
  return (
    <div className="controls" role="toolbar" aria-label={text.controls}>
      <Toggle
        testId="mic-toggle"
        on={microphone.on}
        icons={[Mic, MicOff]}
        labels={[text.mute, text.unmute]}
        shortcut="m"
        onToggle={actions.microphone}
      />
      <Toggle
        testId="camera-toggle"
        on={camera.on}
        icons={[Video, VideoOff]}
        labels={[text.cameraOff, text.cameraOn]}
        shortcut="c"
        onToggle={actions.camera}
      />
      {canShareScreen() && (
        <Toggle
          testId="share-toggle"
          on={sharing}
          icons={[ScreenShareOff, ScreenShare]}
          labels={[text.stopShare, text.share]}
          shortcut="s"
          look="action"
          onToggle={actions.share}
        />
      )}
      <Toggle
        testId="hand-toggle"
        on={handRaised}
        icons={[Hand, Hand]}
        labels={[text.lowerHand, text.raiseHand]}
        shortcut="h"
        look="action"
        onToggle={actions.hand}
      />
      <ReactionPicker open={reacting} onOpen={onReacting} onReact={actions.react} />
      {children}
      <button
        type="button"
        className="toggle toggle-leave"
        data-testid="leave"
        aria-label={text.leave}
        aria-keyshortcuts="l"
        title={`${text.leave} (L)`}
        onClick={actions.leave}
      >
        <PhoneOff aria-hidden size={22} />
      </button>
    </div>
  );
}
