import { Mic, MicOff, Video, VideoOff } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';

import type { LocalMedia } from '../call/local_media';
import { LevelMeter } from '../call/sound';
import type { Messages } from '../i18n';
import type { CaptureProblem } from '../platform/capture';
import { useApp, useStore, useText } from './context';
import { Avatar } from './parts';
import { Toggle } from './toggle';
import { VideoView } from './video_view';

interface PreviewProps {
  readonly local: LocalMedia;
  readonly name: string;
  readonly color: number;
}

/** What the others will see and hear, with its switches. */
export function Preview({ local, name, color }: PreviewProps) {
  const text = useText();
  const { preferences } = useApp();
  const { microphone, camera } = useStore(local.view);
  const toggle = (kind: 'microphone' | 'camera', on: boolean) => {
    preferences.change(kind === 'microphone' ? { microphoneOn: on } : { cameraOn: on });
    void local.setOn(kind, on);
  };
  const problems = problemSentences(text.problem, microphone.problem, camera.problem);
  return (
    <section className="preview-column">
      <div className="preview tile">
        <div className="tile-empty">
          <Avatar name={name} color={color} />
          <p>{camera.on ? text.lobby.cameraStarting : text.lobby.cameraOff}</p>
        </div>
        {camera.track && <VideoView track={camera.track} mirrored />}
        <div className="preview-controls">
          <Toggle
            testId="mic-toggle"
            on={microphone.on}
            icons={[Mic, MicOff]}
            labels={[text.call.mute, text.call.unmute]}
            onToggle={() => toggle('microphone', !microphone.on)}
          />
          <Toggle
            testId="camera-toggle"
            on={camera.on}
            icons={[Video, VideoOff]}
            labels={[text.call.cameraOff, text.call.cameraOn]}
            onToggle={() => toggle('camera', !camera.on)}
          />
        </div>
        <LevelBar track={microphone.on ? microphone.track : null} />
      </div>
      <div className="problems" role="status" data-testid="problems">
        {problems.map((problem) => (
          <p key={problem} className="note">
            {problem}
          </p>
        ))}
        {problems.length > 0 && <p className="hint">{text.lobby.joinWithout}</p>}
      </div>
    </section>
  );
}

/** One sentence where the same is wrong with both. */
function problemSentences(
  text: Messages['problem'],
  microphone: CaptureProblem | null,
  camera: CaptureProblem | null,
): readonly string[] {
  if (microphone === camera && (microphone === 'denied' || microphone === 'missing' || microphone === 'insecure')) {
    return [text.both[microphone]];
  }
  return [...(microphone ? [text.microphone[microphone]] : []), ...(camera ? [text.camera[camera]] : [])];
}

/** Moves while one speaks: the microphone works. */
function LevelBar({ track }: { readonly track: MediaStreamTrack | null }) {
  const text = useText();
  const ref = useRef<HTMLDivElement>(null);
  const meter = useMemo(() => new LevelMeter(), []);
  useEffect(() => () => meter.close(), [meter]);
  useEffect(() => {
    meter.setTracks(track ? new Map([['self', track]]) : new Map());
    const timer = window.setInterval(() => {
      const level = meter.levels().get('self') ?? 0;
      // Loudness is felt in decibels: 0 at -60 dB, full at -10 dB.
      const shown = Math.max(0, Math.min(1, (20 * Math.log10(level + 1e-6) + 60) / 50));
      ref.current?.style.setProperty('--level', shown.toFixed(2));
    }, 80);
    return () => window.clearInterval(timer);
  }, [meter, track]);
  return (
    <div className="level" ref={ref} role="img" aria-label={text.lobby.level}>
      {Array.from({ length: 5 }, (_, i) => (
        <span key={i} className={`level-${i}`} />
      ))}
    </div>
  );
}
