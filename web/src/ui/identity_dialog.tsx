import { ShieldAlert } from 'lucide-react';

import { useText } from './context';
import { Button, Dialog } from './parts';

interface IdentityDialogProps {
  readonly name: string;
  readonly onAccept: () => void;
  readonly onLeave: () => void;
}

/** A hard stop: somebody has a verified person's name and isn't known to be that person. */
export function IdentityDialog({ name, onAccept, onLeave }: IdentityDialogProps) {
  const text = useText().identity;
  return (
    <Dialog title={text.title(name)} testId="identity-dialog" className="dialog-alarm" insists onClose={() => undefined}>
      <div className="alarm">
        <ShieldAlert aria-hidden size={40} />
        <p>{text.text(name)}</p>
      </div>
      <p>
        <strong>{text.advice}</strong>
      </p>
      <div className="dialog-actions">
        <Button data-testid="accept-identity" onClick={onAccept}>
          {text.accept}
        </Button>
        <Button look="danger" data-testid="leave-identity" autoFocus onClick={onLeave}>
          {text.leave}
        </Button>
      </div>
    </Dialog>
  );
}
