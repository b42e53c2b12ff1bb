// The talk in writing: kept by the page alone, and only as long as the call.

export interface ChatMessage {
  readonly serial: number;
  readonly participant: number;
  readonly name: string;
  readonly text: string;
  readonly own: boolean;
}

/** Longer ones are refused by the core; schema/content.fbs. */
export const longestMessage = 2000;
const maxMessages = 500; // enough to scroll back through a long meeting; more only costs memory

export function addMessage(chat: readonly ChatMessage[], message: Omit<ChatMessage, 'serial'>): readonly ChatMessage[] {
  const { participant, name, text, own } = message;
  const serial = (chat.at(-1)?.serial ?? 0) + 1;
  return [...chat, { serial, participant, name, text, own }].slice(-maxMessages);
}

/** How many of the others' messages came after `seen`, a serial. */
export function unreadCount(chat: readonly ChatMessage[], seen: number): number {
  return chat.filter(({ serial, own }) => !own && serial > seen).length;
}

export type Piece = { readonly kind: 'text' | 'link'; readonly text: string };

/** Splits a message where it holds links: only https ones are. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(/https:\/\/[^\s<>"']+/g)) {
    // What ends a sentence doesn't belong to the link.
    const link = match[0].replace(/[.,;:!?)\]}]+$/, '');
    if (!isLink(link)) continue;
    if (match.index > end) pieces.push({ kind: 'text', text: text.slice(end, match.index) });
    pieces.push({ kind: 'link', text: link });
    end = match.index + link.length;
  }
  if (end < text.length) pieces.push({ kind: 'text', text: text.slice(end) });
  return pieces;
}

function isLink(text: string): boolean {
  try {
    const { protocol, username, password } = new URL(text);
    // A name before the host only serves to look like another host.
    return protocol === 'https:' && username === '' && password === '';
  } catch {
    return false;
  }
}
