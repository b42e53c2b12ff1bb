import { useEffect, useRef } from 'react';

import { worthANotice, type Finding } from '../state/diagnosis';
import type { CallView } from '../state/view';
import { useText } from './context';

/** What a screen reader is told of what only shows on tiles and badges. */
export function useAnnouncements(view: CallView, findings: readonly Finding[], say: (message: string) => void): void {
  const text = useText();
  const { announce, code, network } = text;
  useEffect(() => {
    if (view.phase.kind === 'inCall') say(announce.inCall);
  }, [view.phase.kind, announce, say]);

  const cause = worthANotice(findings)?.cause ?? null;
  useEffect(() => {
    if (cause !== null) say(network.causes[cause].title);
  }, [cause, network, say]);

  const message = view.chat.at(-1);
  useEffect(() => {
    if (message && !message.own) say(announce.writes(message.name));
  }, [message, announce, say]);

  const reaction = view.reactions.at(-1);
  const sender = reaction && view.others.find((p) => p.id === reaction.participant);
  const reacted = reaction && sender ? announce.reacts(sender.name, reaction.emoji) : null;
  useEffect(() => {
    if (reacted !== null) say(reacted);
  }, [reacted, reaction?.serial, say]);

  const emoji = view.code.emoji.join();
  const last = useRef('');
  useEffect(() => {
    if (emoji === '' || emoji === last.current) return;
    if (last.current !== '') say(code.changed);
    last.current = emoji;
  }, [emoji, code, say]);
}
