import { useEffect, useState } from 'react';

import { LocalMedia } from '../call/local_media';
import { CallSession } from '../call/session';
import type { EndReason } from '../core/types';
import { formatLink, type RoomLink } from '../platform/link';
import { Call } from './call';
import { useApp, useStore } from './context';
import { Ended } from './ended';
import { useLatest } from './hooks';
import { Lobby } from './lobby';

type Step =
  | { readonly kind: 'lobby' }
  | { readonly kind: 'call'; readonly session: CallSession; readonly name: string }
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
  const href = formatLink(link);
  if (step.kind === 'lobby') {
    const join = (name: string) => {
      // They have just been read in the lobby.
      for (const kind of ['microphone', 'camera'] as const) local.forgetProblem(kind);
      setStep({ kind: 'call', name, session: new CallSession(href, name, local, openCore) });
    };
    return <Lobby link={href} local={local} onJoin={join} />;
  }
  return (
    <>
      <EndOfCall session={step.session} onEnded={(reason, detail) => setStep({ kind: 'ended', reason, detail })} />
      <Call session={step.session} local={local} link={href} name={step.name} />
    </>
  );
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
