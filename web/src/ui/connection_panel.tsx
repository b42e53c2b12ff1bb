import type { CallSession } from '../call/session';
import type { Figures, SentPicture } from '../state/statistics';
import { useApp, useStore, useText } from './context';
import { FindingCard, type Remedies } from './findings';
import { Panel } from './panel';
import { SignalBars } from './signal_bars';

interface ConnectionPanelProps {
  readonly session: CallSession;
  readonly remedies: Remedies;
  readonly onClose: () => void;
}

/** Why it is bad, where, and what helps; figures for those who want them. */
export function ConnectionPanel({ session, remedies, onClose }: ConnectionPanelProps) {
  const text = useText().network;
  const { figures, findings, quality } = useStore(session.network.view);
  const { others } = useStore(session.view);
  const settling = figures === null && findings.length === 0;
  return (
    <Panel title={text.title} testId="connection" onClose={onClose}>
      <div className="panel-scroll connection">
        <div role="status" data-testid="connection-quality" data-quality={quality}>
          {findings.length > 0 ? (
            findings.map((finding) => <FindingCard key={finding.cause} finding={finding} others={others} remedies={remedies} />)
          ) : (
            <p className="connection-well">
              <SignalBars quality={quality} size={28} />
              <span>
                <strong>{settling ? text.measuring : text.well}</strong>
                {!settling && <small>{text.wellText}</small>}
              </span>
            </p>
          )}
        </div>
        <details className="fold" data-testid="connection-details">
          <summary>{text.details}</summary>
          <FigureList figures={figures} />
        </details>
      </div>
    </Panel>
  );
}

function FigureList({ figures }: { readonly figures: Figures | null }) {
  const { network: text } = useText();
  const { language } = useApp().preferences;
  const format = (value: number, digits: number) => value.toLocaleString(language, { maximumFractionDigits: digits });
  const rate = (value: number) => (value < 1e6 ? `${format(value / 1e3, 0)} kbit/s` : `${format(value / 1e6, 1)} Mbit/s`);
  const time = (value: number) => `${format(value, 0)} ms`;
  const share = (value: number) => value.toLocaleString(language, { style: 'percent', maximumFractionDigits: 1 });
  const shown = (value: number | null | undefined, write: (value: number) => string) =>
    value === null || value === undefined ? text.figures.unknown : write(value);
  const rows: readonly (readonly [keyof typeof text.figures, string])[] = [
    ['roundTrip', shown(figures?.roundTrip, time)],
    ['sendRate', shown(figures?.sendRate, rate)],
    ['receiveRate', shown(figures?.receiveRate, rate)],
    ['sendLoss', shown(figures?.sendLoss, share)],
    ['receiveLoss', shown(figures?.receiveLoss, share)],
    ['jitter', shown(figures?.jitter, time)],
    ['picture', figures?.pictures.map(pictureText).join(', ') || text.figures.none],
    ['path', figures?.path ? text.paths[figures.path] : text.figures.unknown],
  ];
  return (
    <dl className="figures">
      {rows.map(([key, value]) => (
        <div key={key} data-testid={`figure-${key}`}>
          <dt>{text.figures[key]}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function pictureText({ width, height, framesPerSecond, codec }: SentPicture): string {
  return `${width}×${height}, ${framesPerSecond}/s, ${codec}`;
}
