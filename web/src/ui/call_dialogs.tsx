// What opens over a call: the link, devices, keyboard.

import type { LocalMedia } from '../call/local_media';
import { LanguageChoice, ThemeChoice } from './appearance';
import { useText } from './context';
import { DeviceChoice } from './device_choice';
import { Invite } from './invite';
import { Button, Dialog, Switch } from './parts';

/** `newLink`: as invite, for the host who has just made it. */
export type OpenDialog = 'invite' | 'newLink' | 'code' | 'settings' | 'help';

interface InviteDialogProps {
  readonly link: string;
  readonly renewed: boolean;
  readonly onClose: () => void;
}

export function InviteDialog({ link, renewed, onClose }: InviteDialogProps) {
  const text = useText();
  return (
    <Dialog title={text.invite.title} testId="invite-dialog" onClose={onClose}>
      <p className="hint">{renewed ? text.room.renewed : text.invite.text}</p>
      <Invite link={link} />
    </Dialog>
  );
}

interface SettingsDialogProps {
  readonly local: LocalMedia;
  readonly speakerView: boolean;
  readonly onSpeakerView: (on: boolean) => void;
  readonly onHelp: () => void;
  readonly onClose: () => void;
}

export function SettingsDialog(props: SettingsDialogProps) {
  const text = useText();
  return (
    <Dialog title={text.call.settings} onClose={props.onClose}>
      <DeviceChoice local={props.local} />
      <hr />
      <Switch label={text.call.layoutSpeaker} checked={props.speakerView} onChange={props.onSpeakerView} />
      <hr />
      <div className="settings-row">
        <LanguageChoice />
        <ThemeChoice />
        <Button look="quiet" className="wide-only" onClick={props.onHelp}>
          {text.help.title}
        </Button>
      </div>
    </Dialog>
  );
}

export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  const text = useText().help;
  const rows: readonly (readonly [string, string])[] = [
    ['M', text.keys.microphone],
    [text.space, text.keys.talk],
    ['C', text.keys.camera],
    ['S', text.keys.share],
    ['H', text.keys.hand],
    ['E', text.keys.react],
    ['T', text.keys.chat],
    ['P', text.keys.people],
    ['N', text.keys.network],
    ['R', text.keys.incomingVideo],
    ['V', text.keys.layout],
    ['I', text.keys.invite],
    ['L', text.keys.leave],
    ['?', text.keys.help],
    [text.escape, text.keys.close],
  ];
  return (
    <Dialog title={text.title} onClose={onClose}>
      <dl className="keys">
        {rows.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
