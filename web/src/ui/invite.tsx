import { Check, Copy, Share2 } from 'lucide-react';
import qrcode from 'qrcode-generator';
import { useMemo, useRef, useState } from 'react';

import { useText } from './context';
import { Button } from './parts';

/** The link, ready to be handed over: to copy, to send, to scan. */
export function Invite({ link, withCode = true }: { readonly link: string; readonly withCode?: boolean }) {
  const text = useText();
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no');

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      setCopied('yes');
      window.setTimeout(() => setCopied('no'), 2500);
    } catch {
      field.current?.select();
      setCopied('failed');
    }
  };
  const canSend = 'share' in navigator && matchMedia('(pointer: coarse)').matches;

  return (
    <div className="invite">
      {withCode && (
        <figure className="invite-code">
          <QrCode text={link} label={text.invite.qr} />
          <figcaption>{text.invite.qrHint}</figcaption>
        </figure>
      )}
      <div className="invite-row">
        <input
          ref={field}
          className="input invite-link"
          data-testid="room-link"
          readOnly
          value={link}
          aria-label={text.invite.linkLabel}
          onFocus={(event) => event.target.select()}
        />
        <Button look="primary" icon={copied === 'yes' ? Check : Copy} data-testid="copy-link" onClick={() => void copy()}>
          {copied === 'yes' ? text.invite.copied : text.invite.copy}
        </Button>
        {canSend && (
          <Button icon={Share2} onClick={() => void navigator.share({ url: link }).catch(() => undefined)}>
            {text.invite.share}
          </Button>
        )}
      </div>
      <p className="hint" role="status">
        {copied === 'failed' ? text.invite.copyFailed : ''}
      </p>
    </div>
  );
}

/** Dark on white in both themes: many scanners need it so. */
function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { size, path } = useMemo(() => draw(text), [text]);
  return (
    <svg className="qr" role="img" aria-label={label} viewBox={`-3 -3 ${size + 6} ${size + 6}`} shapeRendering="crispEdges">
      <rect x="-3" y="-3" width={size + 6} height={size + 6} className="qr-light" />
      <path d={path} className="qr-dark" />
    </svg>
  );
}

function draw(text: string): { size: number; path: string } {
  const code = qrcode(0, 'M');
  code.addData(text);
  code.make();
  const size = code.getModuleCount();
  let path = '';
  for (let row = 0; row < size; ++row) {
    for (let column = 0; column < size; ++column) {
      if (code.isDark(row, column)) path += `M${column} ${row}h1v1h-1z`;
    }
  }
  return { size, path };
}
