import type { Finding } from '../state/diagnosis';
import type { CallView } from '../state/view';
import { useText } from './context';
import { Button } from './parts';
import { SignalBars } from './signal_bars';
import type { VideoChoice } from './use_video_choice';

export interface Remedies {
  readonly video: VideoChoice;
  readonly cameraOn: boolean;
  readonly onCameraOff: () => void;
}

interface FindingCardProps {
  readonly finding: Finding;
  readonly others: CallView['others'];
  readonly remedies: Remedies;
}

/** Where it is bad, what one notices of it, and what helps. */
export function FindingCard({ finding, others, remedies }: FindingCardProps) {
  const text = useText().network;
  const { cause, severity, people } = finding;
  const { title, text: sentence, help } = text.causes[cause];
  const names = others.filter(({ id }) => people.includes(id)).map(({ name }) => name);
  return (
    <section className={`finding finding-${severity}`} data-testid="finding" data-cause={cause} data-severity={severity}>
      <h3>
        <SignalBars quality={severity} size={18} />
        {title}
      </h3>
      <p>
        {sentence}
        {names.length > 0 && ` ${text.who(names.join(', '))}`}
      </p>
      <h4>{text.whatHelps}</h4>
      <ul>
        {help.map((advice) => (
          <li key={advice}>{advice}</li>
        ))}
      </ul>
      <Remedy finding={finding} remedies={remedies} className="button-small" />
    </section>
  );
}

interface RemedyProps {
  readonly finding: Finding;
  readonly remedies: Remedies;
  readonly className?: string;
}

/** What helps most and is one press away; nothing where that has been done or isn't in this page's power. */
export function Remedy({ finding: { cause }, remedies: { video, cameraOn, onCameraOff }, className = '' }: RemedyProps) {
  const text = useText().network;
  const down = cause === 'downlinkLoss' || cause === 'downlinkNarrow' || cause === 'downlinkUneven' || cause === 'cpu';
  if (down && video.incomingVideo) {
    return (
      <Button className={className} data-testid="stop-video" onClick={() => video.setIncomingVideo(false)}>
        {text.stopVideo}
      </Button>
    );
  }
  const up = cause === 'uplinkLoss' || cause === 'uplinkNarrow' || cause === 'uplinkVoiceOnly' || cause === 'cpu';
  if (!up || !cameraOn) return null;
  return (
    <Button className={className} data-testid="stop-camera" onClick={onCameraOff}>
      {text.stopCamera}
    </Button>
  );
}
