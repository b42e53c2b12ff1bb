// What opens over a call: the link, how it is encrypted, devices, keyboard.

import { EyeOff, KeyRound, ShieldCheck } from 'lucide-react';

import type { LocalMedia } from '../call/local_media';
import { LanguageChoice, ThemeChoice } from './appearance';
import { useText } from './context';
import { DeviceChoice } from './device_choice';
import { Invite } from './invite';
import { Button, Dialog, Switch } from './parts';

export type OpenDialog = 'invite' | 'encryption' | 'settings' | 'help';

export function InviteDialog({ link, onClose }: { readonly link: string; readonly onClose: () => void }) {
  const text = useText().invite;
  return (
    <Dialog title={text.title} onClose={onClose}>
      <p className="hint">{text.text}</p>
      <Invite link={link} />
    </Dialog>
  );
}

export function EncryptionDialog({ onClose }: { readonly onClose: () => void }) {
  const text = useText().encryption;
  const points = [
    { icon: ShieldCheck, text: text.how },
    { icon: EyeOff, text: text.server },
    { icon: KeyRound, text: text.limit },
  ];
  return (
    <Dialog title={text.title} onClose={onClose}>
      <ul className="points">
        {points.map(({ icon: Icon, text: sentence }) => (
          <li key={sentence}>
            <span className="point-icon">
              <Icon aria-hidden size={19} />
            </span>
            <p>{sentence}</p>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

interface SettingsDialogProps {
  readonly local: LocalMedia;
  readonly speakerView: boolean;
  readonly onSpeakerView: (on: boolean) => void;
  readonly incomingVideo: boolean;
  readonly onIncomingVideo: (on: boolean) => void;
  readonly onHelp: () => void;
  readonly onClose: () => void;
}

export function SettingsDialog(props: SettingsDialogProps) {
  const text = useText();
  return (
    <Dialog title={text.call.settings} onClose={props.onClose}>
      <DeviceChoice local={props.local} />
      <hr />
      <Switch
        label={text.devices.incomingVideo}
        hint={text.devices.incomingVideoHint}
        checked={props.incomingVideo}
        onChange={props.onIncomingVideo}
      />
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
    ['P', text.keys.people],
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
