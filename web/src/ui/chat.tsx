import { SendHorizontal } from 'lucide-react';
import { useEffect, useRef, useState, type FormEvent } from 'react';

import type { CallSession } from '../call/session';
import { longestMessage, piecesOf, type ChatMessage } from '../state/chat';
import { useStore, useText } from './context';
import { Panel } from './panel';

interface ChatProps {
  readonly session: CallSession;
  readonly onClose: () => void;
}

/** What people write to each other. */
export function Chat({ session, onClose }: ChatProps) {
  const text = useText().chat;
  const { chat } = useStore(session.view);
  const end = useRef<HTMLLIElement>(null);
  const newest = chat.at(-1)?.serial ?? 0;
  useEffect(() => {
    // In braces: newer browsers return a promise, which React would take for a cleanup.
    void end.current?.scrollIntoView({ block: 'end' });
  }, [newest]);
  return (
    <Panel title={text.title} testId="chat" onClose={onClose}>
      {chat.length === 0 && <p className="hint chat-empty">{text.empty}</p>}
      <ol className="chat-messages" aria-label={text.list} aria-live="polite" role="log">
        {chat.map((message, i) => (
          <Message key={message.serial} message={message} follows={continues(chat[i - 1], message)} />
        ))}
        <li ref={end} aria-hidden />
      </ol>
      <Writing onSend={(words) => session.tell({ kind: 'sendChat', text: words })} />
    </Panel>
  );
}

/** The same person goes on: the name isn't said again. */
function continues(before: ChatMessage | undefined, { participant, own }: ChatMessage): boolean {
  return before?.own === own && before.participant === participant;
}

function Message({ message, follows }: { readonly message: ChatMessage; readonly follows: boolean }) {
  const text = useText();
  const { own, name } = message;
  const speaker = own ? text.call.you : name;
  return (
    <li className={`message ${own ? 'message-own' : ''} ${follows ? 'message-follows' : ''}`} data-testid="chat-message" data-own={own}>
      <span className={follows ? 'visually-hidden' : 'message-name'}>{speaker}</span>
      <p className="message-text">
        {piecesOf(message.text).map((piece, i) =>
          piece.kind === 'link' ? (
            <a key={i} href={piece.text} target="_blank" rel="noopener noreferrer nofollow">
              {piece.text}
            </a>
          ) : (
            <span key={i}>{piece.text}</span>
          ),
        )}
      </p>
    </li>
  );
}

function Writing({ onSend }: { readonly onSend: (text: string) => void }) {
  const text = useText().chat;
  const [value, setValue] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const send = () => {
    const words = value.trim();
    if (words === '') return;
    onSend(words);
    setValue('');
  };
  return (
    <form
      className="writing"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        send();
        field.current?.focus();
      }}
    >
      <textarea
        ref={field}
        className="input writing-field"
        data-testid="chat-input"
        rows={1}
        value={value}
        maxLength={longestMessage}
        placeholder={text.placeholder}
        aria-label={text.placeholder}
        onChange={(event) => setValue(event.target.value)}
        onKeyDown={(event) => {
          // Shift makes a new line; while a word is being composed Enter belongs to that.
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <button
        type="submit"
        className="icon-button writing-send"
        data-testid="chat-send"
        aria-label={text.send}
        title={text.send}
        disabled={value.trim() === ''}
      >
        <SendHorizontal aria-hidden size={20} />
      </button>
    </form>
  );
}
