import { X } from 'lucide-react';
import { useState } from 'react';

import type { CallSession } from '../call/session';
import { savesData } from '../platform/data_saver';
import { worthANotice, type Cause, type Finding } from '../state/diagnosis';
import { useStore, useText } from './context';
import { Remedy, type Remedies } from './findings';
import { Button, IconButton } from './parts';
import { SignalBars } from './signal_bars';

interface NetworkNoticeProps {
  readonly session: CallSession;
  readonly remedies: Remedies;
  readonly onWhy: () => void;
}

/** Quietly, what has been bad for some seconds; put away, it stays away until something else is. */
export function NetworkNotice({ session, remedies, onWhy }: NetworkNoticeProps) {
  const text = useText();
  const { findings } = useStore(session.network.view);
  const [dismissed, setDismissed] = useState<readonly Cause[]>([]);
  const finding = worthANotice(findings);
  if (!finding || dismissed.includes(finding.cause)) return <SavesData remedies={remedies} />;
  return (
    <div className="note note-network" data-testid="network-notice" data-cause={finding.cause}>
      <SignalBars quality={finding.severity} size={20} />
      <span>{text.network.causes[finding.cause].title}</span>
      <Actions finding={finding} remedies={remedies} onWhy={onWhy} />
      <IconButton icon={X} size={18} label={text.call.close} onClick={() => setDismissed([...dismissed, finding.cause])} />
    </div>
  );
}

function Actions({ finding, remedies, onWhy }: { readonly finding: Finding; readonly remedies: Remedies; readonly onWhy: () => void }) {
  const text = useText().network;
  return (
    <span className="note-actions">
      <Remedy finding={finding} remedies={remedies} className="button-small" />
      <Button look="quiet" className="button-small" data-testid="why" onClick={onWhy}>
        {text.why}
      </Button>
    </span>
  );
}

/** Only a suggestion: who saves data may want to see faces all the same. */
function SavesData({ remedies: { video } }: { readonly remedies: Remedies }) {
  const text = useText();
  const [open, setOpen] = useState(savesData);
  if (!open || !video.incomingVideo) return null;
  return (
    <div className="note note-network" role="status" data-testid="saves-data">
      <span>{text.network.savesData}</span>
      <span className="note-actions">
        <Button className="button-small" onClick={() => video.setIncomingVideo(false)}>
          {text.network.stopVideo}
        </Button>
      </span>
      <IconButton icon={X} size={18} label={text.call.close} onClick={() => setOpen(false)} />
    </div>
  );
}
