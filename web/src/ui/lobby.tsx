import { LogIn } from 'lucide-react';
import { useId, useRef, useState, type FormEvent } from 'react';

import type { LocalMedia } from '../call/local_media';
import { canEncrypt } from '../call/peer';
import type { Self } from '../call/session';
import { avatarColors } from '../platform/memory';
import { colorOfName } from '../state/avatar';
import { ColorChoice } from './color_choice';
import { useApp, useText } from './context';
import { DeviceChoice } from './device_choice';
import { Invite } from './invite';
import { Page } from './page';
import { Switch } from './parts';
import { Preview } from './preview';

interface LobbyProps {
  readonly link: string;
  readonly local: LocalMedia;
  readonly onJoin: (self: Self) => void;
}

const nameLength = 64;

export function Lobby({ link, local, onJoin }: LobbyProps) {
  const text = useText();
  const { preferences } = useApp();
  const [name, setName] = useState(preferences.remembered.name);
  const { keepIdentity } = preferences.remembered;
  const color = preferences.remembered.color ?? colorOfName(name, avatarColors);
  const [missing, setMissing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const messageId = useId();
  const able = canEncrypt();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const trimmed = name.trim();
    if (trimmed === '') {
      setMissing(true);
      field.current?.focus();
      return;
    }
    preferences.change({ name: trimmed });
    onJoin({ name: trimmed, color, keepIdentity });
  };

  return (
    <Page className="lobby">
      <div className="lobby-columns">
        <Preview local={local} name={name} color={color} />
        <section className="lobby-side">
          <h1>{text.lobby.title}</h1>
          <form className="lobby-form" onSubmit={submit} noValidate>
            <label className="field">
              <span className="field-label">{text.lobby.nameLabel}</span>
              <input
                ref={field}
                className="input input-large"
                data-testid="name-input"
                value={name}
                maxLength={nameLength}
                autoComplete="nickname"
                placeholder={text.lobby.namePlaceholder}
                aria-invalid={missing}
                aria-describedby={messageId}
                onChange={(event) => {
                  setName(event.target.value);
                  setMissing(false);
                }}
              />
            </label>
            <p id={messageId} className="problem" role="alert">
              {missing && text.lobby.nameMissing}
            </p>
            <ColorChoice color={color} onChange={(chosen) => preferences.change({ color: chosen })} />
            <Switch
              testId="remember"
              label={text.lobby.remember}
              hint={text.lobby.rememberHint}
              checked={keepIdentity}
              onChange={(on) => preferences.change({ keepIdentity: on })}
            />
            <button type="submit" className="button button-primary button-large" data-testid="join" disabled={!able}>
              <LogIn aria-hidden size={18} />
              <span>{text.lobby.join}</span>
            </button>
            {!able && (
              <p className="problem" role="alert" data-testid="too-old">
                {window.isSecureContext ? text.lobby.tooOld : text.lobby.insecure}
              </p>
            )}
          </form>
          <details className="fold">
            <summary>{text.devices.title}</summary>
            <DeviceChoice local={local} />
          </details>
          <details className="fold">
            <summary>{text.lobby.invite}</summary>
            <p className="hint">{text.lobby.inviteText}</p>
            <Invite link={link} />
          </details>
        </section>
      </div>
    </Page>
  );
}
