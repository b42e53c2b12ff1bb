// What is told in words: the connection's state, who came and went, what the own keys did.

import { LoaderCircle, WifiOff, X } from 'lucide-react';
import { useEffect, useState } from 'react';

import type { LocalMedia } from '../call/local_media';
import type { Media } from '../call/session';
import type { Messages } from '../i18n';
import type { CallView, Notice } from '../state/view';
import { useStore, useText } from './context';
import { IconButton } from './parts';

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

function bannerText(text: Messages['banner'], { phase, self }: CallView, media: Media): string | null {
  if (!media.online) return text.offline;
  if (phase.kind === 'reconnecting') {
    // Without a place in the call there is nothing that could have been lost.
    return self === null ? text.unreachable(phase.attempt) : text.reconnecting(phase.attempt);
  }
  if (phase.kind === 'connecting') return text.connecting;
  if (media.state === 'failed') return text.mediaFailed;
  return media.state === 'connecting' ? text.mediaConnecting : null;
}

/** Why something of one's own doesn't work. The call goes on without it, so the person may put it away. */
export function OwnProblems({ local }: { readonly local: LocalMedia }) {
  const text = useText();
  const { microphone, camera, screen } = useStore(local.view);
  const sentences = [
    ['microphone', microphone.problem && text.problem.microphone[microphone.problem]],
    ['camera', camera.problem && text.problem.camera[camera.problem]],
    ['screen', screen.problem && text.problem.screen[screen.problem]],
  ] as const;
  return (
    <div className="own-problems" role="status" data-testid="own-problems">
      {sentences.map(
        ([kind, sentence]) =>
          sentence !== null && (
            <p key={kind} className="note note-closable">
              <span>{sentence}</span>
              <IconButton icon={X} size={18} label={text.call.close} onClick={() => local.forgetProblem(kind)} />
            </p>
          ),
      )}
    </div>
  );
}

const visibleTime = 4_500;

/** Short notes of who came and went, seen and read aloud. */
export function Notices({ notices }: { readonly notices: readonly Notice[] }) {
  const text = useText();
  const newest = notices.at(-1)?.serial ?? 0;
  const [seen, setSeen] = useState(0);
  useEffect(() => {
    const timer = window.setTimeout(() => setSeen(newest), visibleTime);
    return () => window.clearTimeout(timer);
  }, [newest]);
  return (
    <div className="notices" role="log" aria-live="polite" data-testid="notices">
      {notices
        .filter(({ serial }) => serial > seen)
        .slice(-3)
        .map(({ serial, kind, name }) => {
          const sentence = text.announce[kind];
          return <p key={serial}>{typeof sentence === 'string' ? sentence : sentence(name)}</p>;
        })}
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
