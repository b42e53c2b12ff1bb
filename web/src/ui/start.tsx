import { ArrowRight, Globe, LockKeyhole, Server, Video } from 'lucide-react';
import { useId, useState, type FormEvent } from 'react';

import { createLink, formatLink, parseLink, type RoomLink } from '../platform/link';
import { useText } from './context';
import { Page } from './page';
import { Button } from './parts';

const pointIcons = [LockKeyhole, Globe, Server];

export function Start({ onOpen }: { readonly onOpen: (link: RoomLink) => void }) {
  const text = useText();
  return (
    <Page className="start">
      <section className="start-hero">
        <p className="eyebrow">{text.tagline}</p>
        <h1>{text.start.title}</h1>
        <p className="lead">{text.start.intro}</p>
        <div className="start-card card">
          <Button
            look="primary"
            className="button-large"
            icon={Video}
            data-testid="create-room"
            onClick={() => onOpen(createLink(location.origin, (bytes) => crypto.getRandomValues(bytes)))}
          >
            {text.start.create}
          </Button>
          <div className="divider">
            <span>{text.start.or}</span>
          </div>
          <LinkForm onOpen={onOpen} />
        </div>
      </section>
      <ul className="start-points">
        {text.start.points.map((point, i) => {
          const Icon = pointIcons[i] ?? LockKeyhole;
          return (
            <li key={point.title}>
              <span className="point-icon">
                <Icon aria-hidden size={20} />
              </span>
              <div>
                <h2>{point.title}</h2>
                <p>{point.text}</p>
              </div>
            </li>
          );
        })}
      </ul>
    </Page>
  );
}

type Refusal = { readonly kind: 'none' | 'incomplete' } | { readonly kind: 'otherServer'; readonly link: RoomLink };

/** Takes a pasted link and says what is wrong with it. */
export function LinkForm({ onOpen }: { readonly onOpen: (link: RoomLink) => void }) {
  const text = useText().start;
  const [value, setValue] = useState('');
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const messageId = useId();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const parsed = parseLink(value, location.origin);
    if (parsed.kind !== 'room') setRefusal(parsed);
    else if (parsed.link.origin !== location.origin) setRefusal({ kind: 'otherServer', link: parsed.link });
    else onOpen(parsed.link);
  };

  return (
    <form className="link-form" onSubmit={submit} noValidate>
      <label className="field">
        <span className="field-label">{text.pasteLabel}</span>
        <span className="link-row">
          <input
            className="input"
            type="url"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            placeholder={text.pastePlaceholder}
            data-testid="link-input"
            value={value}
            aria-invalid={refusal !== null}
            aria-describedby={messageId}
            onChange={(event) => {
              setValue(event.target.value);
              setRefusal(null);
            }}
          />
          <button type="submit" className="button button-plain" data-testid="open-link">
            <span>{text.open}</span>
            <ArrowRight aria-hidden size={18} />
          </button>
        </span>
      </label>
      <p id={messageId} className="problem" role="alert">
        {refusal?.kind === 'none' && text.notALink}
        {refusal?.kind === 'incomplete' && text.incomplete}
        {refusal?.kind === 'otherServer' && (
          <a href={formatLink(refusal.link)}>{text.otherServer(new URL(refusal.link.origin).host)}</a>
        )}
      </p>
    </form>
  );
}
