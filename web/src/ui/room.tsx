import { useEffect, useState } from 'react';

import { LocalMedia } from '../call/local_media';
import { CallSession, type Self } from '../call/session';
import type { EndReason } from '../core/types';
import { formatLink, parseLink, roomPath, type RoomLink } from '../platform/link';
import { Call } from './call';
import { useApp, useStore } from './context';
import { Ended } from './ended';
import { useLatest } from './hooks';
import { Lobby } from './lobby';
import { Waiting } from './waiting';

type Step =
  | { readonly kind: 'lobby' }
  | { readonly kind: 'call'; readonly session: CallSession; readonly self: Self }
  | { readonly kind: 'ended'; readonly reason: EndReason; readonly detail: string };

interface RoomProps {
  readonly link: RoomLink;
  readonly onOpen: (link: RoomLink) => void;
  readonly onHome: () => void;
}

/** From the lobby through the call to its end, and back to the lobby. */
export function Room({ link, onOpen, onHome }: RoomProps) {
  const { openCore, preferences } = useApp();
  const [step, setStep] = useState<Step>({ kind: 'lobby' });
  const [local, setLocal] = useState<LocalMedia | null>(null);
  const remembered = useLatest(preferences.remembered);
  const session = step.kind === 'call' ? step.session : null;
  const latestSession = useLatest(session);
  const over = step.kind === 'ended';
  // A host may replace it while the call goes on.
  const [href, setHref] = useState(() => formatLink(link));

  // Camera and microphone live from the lobby to the end of the call.
  useEffect(() => {
    if (over) return undefined;
    const media = new LocalMedia();
    setLocal(media);
    void media.start(remembered.current);
    return () => media.close();
  }, [over, remembered]);
  useEffect(() => () => latestSession.current?.leave(), [latestSession]);

  if (step.kind === 'ended') {
    const { reason, detail } = step;
    return (
      <Ended reason={reason} detail={detail} onRejoin={() => setStep({ kind: 'lobby' })} onOpen={onOpen} onHome={onHome} />
    );
  }
  if (!local) return null;
  if (step.kind === 'lobby') {
    const join = (self: Self) => {
      // They have just been read in the lobby.
      for (const kind of ['microphone', 'camera'] as const) local.forgetProblem(kind);
      setStep({ kind: 'call', self, session: new CallSession(href, self, local, openCore) });
    };
    return <Lobby link={href} local={local} onJoin={join} />;
  }
  const stopWaiting = () => {
    step.session.leave();
    setStep({ kind: 'lobby' });
  };
  return (
    <>
      <EndOfCall session={step.session} onEnded={(reason, detail) => setStep({ kind: 'ended', reason, detail })} />
      <NewLink session={step.session} link={href} onLink={setHref} />
      <CallOrWaiting session={step.session} local={local} link={href} self={step.self} onCancel={stopWaiting} />
    </>
  );
}

interface CallOrWaitingProps {
  readonly session: CallSession;
  readonly local: LocalMedia;
  readonly link: string;
  readonly self: Self;
  readonly onCancel: () => void;
}

function CallOrWaiting({ session, local, link, self, onCancel }: CallOrWaitingProps) {
  const { phase } = useStore(session.view);
  if (phase.kind === 'waiting') return <Waiting local={local} self={self} onCancel={onCancel} />;
  return <Call session={session} local={local} link={link} self={self} />;
}

interface NewLinkProps {
  readonly session: CallSession;
  readonly link: string;
  readonly onLink: (link: string) => void;
}

/** When a host makes a new link, it is the one to reload and to rejoin with. */
function NewLink({ session, link, onLink }: NewLinkProps) {
  const { room } = useStore(session.view);
  const followed = useLatest(onLink);
  useEffect(() => {
    const parsed = room ? parseLink(room.link, location.origin) : null;
    if (parsed?.kind !== 'room' || formatLink(parsed.link) === link) return;
    history.replaceState({ secret: parsed.link.secret }, '', roomPath(parsed.link));
    followed.current(formatLink(parsed.link));
  }, [room, link, followed]);
  return null;
}

interface EndOfCallProps {
  readonly session: CallSession;
  readonly onEnded: (reason: EndReason, detail: string) => void;
}

function EndOfCall({ session, onEnded }: EndOfCallProps) {
  const { phase } = useStore(session.view);
  const ended = useLatest(onEnded);
  useEffect(() => {
    if (phase.kind === 'ended') ended.current(phase.reason, phase.detail);
  }, [phase, ended]);
  return null;
}
