// Why a call is bad, and where: from figures to findings. Pure; times in milliseconds.

import type { Figures } from './statistics';

export type Cause =
  | 'offline'
  | 'serverUnreachable'
  /** Signalling works, media doesn't. */
  | 'mediaBlocked'
  | 'serverSlow'
  | 'uplinkLoss'
  | 'uplinkNarrow'
  /** The camera is paused for the voice's sake. */
  | 'uplinkVoiceOnly'
  | 'downlinkLoss'
  | 'downlinkNarrow'
  | 'downlinkUneven'
  | 'cpu'
  | 'theirUplink';

export type Severity = 'fair' | 'poor';

export interface Finding {
  readonly cause: Cause;
  readonly severity: Severity;
  /** Participants it is about; empty: oneself. */
  readonly people: readonly number[];
}

export interface Circumstances {
  readonly online: boolean;
  /** With the server's signalling. */
  readonly connection: 'ok' | 'lost';
  readonly media: 'connecting' | 'connected' | 'failed';
  /** null: not measured yet. */
  readonly figures: Figures | null;
  /** By participant, in permille; oneself included. */
  readonly uplinks: ReadonlyMap<number, number>;
  readonly self: number | null;
  /** The server holds something back: this device's path carries no more. */
  readonly heldBack: boolean;
  /** Whether something is given up because the device is too slow. */
  readonly slow: boolean;
  /** Whether the camera is paused because the way up carries no more than the voice. */
  readonly voiceOnly: boolean;
}

type Limits = { readonly fair: number; readonly poor: number };

/** Shares: below "fair" repetition and concealment keep it from being noticed; from "poor" on words are lost. */
const loss: Limits = { fair: 0.03, poor: 0.1 };
const concealment: Limits = { fair: 0.04, poor: 0.12 };
const frozenTime: Limits = { fair: 0.1, poor: 0.3 };
/** ms: what the jitter buffer has to add; from "poor" on people talk into each other. */
const unevenness: Limits = { fair: 60, poor: 150 };
const roundTrip: Limits = { fair: 350, poor: 700 };
/** bit/s that are left to send with: one small picture beside the voice, and not even that. */
const room = { fair: 350_000, poor: 150_000 };

/** What is wrong now, worst first. Empty: nothing. */
export function diagnose(circumstances: Circumstances): Finding[] {
  const { online, connection, media, figures } = circumstances;
  if (!online) return [own('offline', 'poor')];
  if (connection === 'lost') return [own('serverUnreachable', 'poor')];
  if (media === 'failed') return [own('mediaBlocked', 'poor')];
  const found = [...(figures ? measured(figures, circumstances) : []), ...told(circumstances)];
  const rank = ({ severity, cause }: Finding) => (severity === 'poor' ? 0 : 2) + (cause === 'theirUplink' ? 1 : 0);
  return found.sort((a, b) => rank(a) - rank(b));
}

function measured(figures: Figures, { uplinks, self, heldBack, slow, voiceOnly }: Circumstances): Finding[] {
  const serverSays = self === null ? undefined : uplinks.get(self);
  const sendLoss = Math.max(figures.sendLoss ?? 0, (serverSays ?? 0) / 1000);
  const receiveLoss = worst([
    [figures.receiveLoss, loss],
    [figures.concealed, concealment],
    // Pictures that stand still while nothing is lost wait for whoever sends them.
    [(figures.receiveLoss ?? 0) > 0 ? figures.frozen : 0, frozenTime],
  ]);
  const lossUp = over(sendLoss, loss);
  // Who looks late at what arrives seems to have a narrow path.
  const narrowDown = heldBack ? (slow ? 'fair' : 'poor') : null;
  // One reason for each place: a path that is full loses and is uneven as well, and what loses looks narrow.
  const findings: readonly (readonly [Cause, Severity | null])[] = [
    ['downlinkNarrow', narrowDown],
    ['downlinkLoss', narrowDown ? null : receiveLoss],
    ['downlinkUneven', narrowDown ?? receiveLoss ? null : over(figures.jitter, unevenness)],
    ['uplinkVoiceOnly', voiceOnly ? 'poor' : null],
    ['uplinkLoss', voiceOnly ? null : lossUp],
    ['uplinkNarrow', voiceOnly || lossUp ? null : narrowness(figures)],
    ['cpu', slow ? 'poor' : figures.encoderLate || figures.decoderLate ? 'fair' : null],
  ];
  const here = findings.flatMap(([cause, severity]) => (severity ? [own(cause, severity)] : []));
  // A long way with nothing else wrong is the server's; a queue that is full makes it long, too.
  const far = here.length === 0 ? over(figures.roundTrip, roundTrip) : null;
  return far ? [own('serverSlow', far)] : here;
}

/** What only the server knows: the others' way to it. */
function told({ uplinks, self }: Circumstances): Finding[] {
  const people = [...uplinks.keys()].filter((id) => id !== self);
  if (people.length === 0) return [];
  const most = Math.max(...people.map((id) => uplinks.get(id) ?? 0));
  return [{ cause: 'theirUplink', severity: over(most / 1000, loss) ?? 'fair', people }];
}

function narrowness({ narrow, room: left }: Figures): Severity | null {
  if (!narrow || left === null || left >= room.fair) return null;
  return left < room.poor ? 'poor' : 'fair';
}

function over(value: number | null, { fair, poor }: Limits): Severity | null {
  if (value === null || value < fair) return null;
  return value < poor ? 'fair' : 'poor';
}

function worst(values: readonly (readonly [number | null, Limits])[]): Severity | null {
  const all = values.map(([value, limits]) => over(value, limits));
  return all.includes('poor') ? 'poor' : all.includes('fair') ? 'fair' : null;
}

function own(cause: Cause, severity: Severity): Finding {
  return { cause, severity, people: [] };
}

interface Entry {
  readonly finding: Finding;
  readonly since: number;
  readonly last: number;
}

/** Findings over time: what comes and goes within seconds isn't told. */
export type History = ReadonlyMap<Cause, Entry>;

/** How long something has to be bad before it is told; lower cries wolf at every hiccup. */
const settleTime = 4_000;
/** How long it stays told after it was last seen; lower flickers. */
const lingerTime = 6_000;
/** These are over as soon as they are over, and nobody has to wait for them. */
const immediate: readonly Cause[] = ['offline', 'serverUnreachable', 'mediaBlocked'];

export function remember(history: History, now: number, findings: readonly Finding[]): History {
  const next = new Map<Cause, Entry>();
  for (const [cause, entry] of history) {
    if (now - entry.last < lingerTime && !immediate.includes(cause)) next.set(cause, entry);
  }
  for (const finding of findings) {
    const since = next.get(finding.cause)?.since ?? now;
    next.set(finding.cause, { finding, since, last: now });
  }
  return next;
}

/** What is told, worst first. */
export function settled(history: History): Finding[] {
  const lasting = [...history].filter(([cause, { since, last }]) => immediate.includes(cause) || last - since >= settleTime);
  return lasting.map(([, { finding }]) => finding).sort((a, b) => Number(a.severity === 'fair') - Number(b.severity === 'fair'));
}

/** The banner tells these, and of others their tile does. */
const toldElsewhere: readonly Cause[] = [...immediate, 'theirUplink'];

/** What is bad enough to be told without being asked; null: nothing. */
export function worthANotice(findings: readonly Finding[]): Finding | null {
  return findings.find(({ cause, severity }) => severity === 'poor' && !toldElsewhere.includes(cause)) ?? null;
}

/** How well somebody is connected, as bars show it. */
export type Quality = 'good' | Severity | 'lost';

/** One's own, by what is told. */
export function ownQuality(findings: readonly Finding[]): Quality {
  const mine = findings.filter(({ cause }) => cause !== 'theirUplink' && cause !== 'cpu');
  if (mine.some(({ cause }) => immediate.includes(cause))) return 'lost';
  return mine[0]?.severity ?? 'good';
}

/** Somebody else's, by what the server says. */
export function qualityOf(lostPermille: number | undefined, connectionLost: boolean): Quality {
  if (connectionLost) return 'lost';
  if (lostPermille === undefined) return 'good';
  return over(lostPermille / 1000, loss) ?? 'fair';
}
