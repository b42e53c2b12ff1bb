import type { Quality } from '../state/diagnosis';
import { useText } from './context';

const filled: Readonly<Record<Quality, number>> = { good: 3, fair: 2, poor: 1, lost: 0 };

/** Three bars, as on a phone. */
export function SignalBars({ quality, size = 16 }: { readonly quality: Quality; readonly size?: number }) {
  return (
    <svg className={`bars bars-${quality}`} viewBox="0 0 16 16" width={size} height={size} aria-hidden>
      {[0, 1, 2].map((i) => (
        <rect key={i} className={i < filled[quality] ? 'bar' : 'bar bar-empty'} x={1 + i * 5} y={10 - i * 4} width={4} height={5 + i * 4} rx={1.2} />
      ))}
      {quality === 'lost' && <path className="bars-cross" d="M2 2l5 5M7 2L2 7" />}
    </svg>
  );
}

interface SignalButtonProps {
  /** Of whom; null: one's own. */
  readonly name: string | null;
  readonly quality: Quality;
  readonly size?: number;
  readonly onOpen: () => void;
}

/** The bars of somebody; pressed, they say why. */
export function SignalButton({ name, quality, size, onOpen }: SignalButtonProps) {
  const text = useText();
  const label = `${name ?? text.call.you}: ${text.network.quality[quality]}`;
  return (
    <button type="button" className="signal" data-testid="signal" data-quality={quality} aria-label={label} title={label} onClick={onOpen}>
      <SignalBars quality={quality} {...(size === undefined ? {} : { size })} />
    </button>
  );
}
