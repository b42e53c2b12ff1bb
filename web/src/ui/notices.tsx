// What is told in words: the connection's state, who came and went, what the own keys did.

import { LoaderCircle, WifiOff } from 'lucide-react';
import { useEffect, useState } from 'react';

import type { Media } from '../call/session';
import type { Messages } from '../i18n';
import type { CallView, Notice } from '../state/view';
import { useText } from './context';

/** Shown while something doesn't work; its text says what happens next. */
export function Banner({ view, media }: { readonly view: CallView; readonly media: Media }) {
  const text = useText().banner;
  const message = bannerText(text, view, media);
  const Icon = media.online ? LoaderCircle : WifiOff;
  return (
    <div
      className={`banner ${view.phase.kind === 'inCall' && media.state === 'connecting' ? 'banner-patient' : ''}`}
      role="status"
      data-testid="banner"
      data-phase={view.phase.kind}
      data-media={media.state}
      hidden={message === null}
    >
      <Icon aria-hidden size={17} className={media.online ? 'turning' : ''} />
      <span>{message}</span>
    </div>
  );
}

function bannerText(text: Messages['banner'], { phase }: CallView, media: Media): string | null {
  if (!media.online) return text.offline;
  if (phase.kind === 'reconnecting') return text.reconnecting(phase.attempt);
  if (phase.kind === 'connecting') return text.connecting;
  if (media.state === 'failed') return text.mediaFailed;
  return media.state === 'connecting' ? text.mediaConnecting : null;
}

const visibleTime = 4_500;

/** Short notes of who came and went, seen and read aloud. */
export function Notices({ notices }: { readonly notices: readonly Notice[] }) {
  const text = useText();
  const newest = notices.at(-1)?.serial ?? 0;
  const [seen, setSeen] = useState(newest);
  useEffect(() => {
    const timer = window.setTimeout(() => setSeen(newest), visibleTime);
    return () => window.clearTimeout(timer);
  }, [newest]);
  return (
    <div className="notices" role="log" aria-live="polite" data-testid="notices">
      {notices
        .filter(({ serial }) => serial > seen)
        .slice(-3)
        .map(({ serial, kind, name }) => (
          <p key={serial}>{text.announce[kind](name ?? text.call.unknown)}</p>
        ))}
    </div>
  );
}

/** Read aloud only: what a sighted person sees on the buttons. */
export function Announcer({ message }: { readonly message: string }) {
  return (
    <p className="visually-hidden" aria-live="polite" role="status">
      {message}
    </p>
  );
}
