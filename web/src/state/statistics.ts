// What the peer connection counts, and what that means per second. Pure. Shapes of the reports: W3C webrtc-stats.

/** One report of getStats(), as far as it is read here; browsers leave out what they don't count. */
export type Report = Readonly<Record<string, unknown>>;

interface Stream {
  readonly id: string;
  readonly mid: string;
  readonly video: boolean;
  readonly packets: number;
  /** With headers. */
  readonly bytes: number;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly codec: string;
}

export interface SentStream extends Stream {
  readonly rid: string;
  /** Share lost up to the server, by its last report; null: none yet. */
  readonly lost: number | null;
  /** When that report came, in milliseconds. */
  readonly reported: number;
  readonly limitedBy: string;
}

export interface ReceivedStream extends Stream {
  readonly lost: number;
  /** Milliseconds. */
  readonly jitter: number;
  readonly samples: number;
  readonly concealed: number;
  readonly dropped: number;
  /** Seconds. */
  readonly decodeTime: number;
  readonly freezeTime: number;
}

export type Path = 'udp' | 'tcp' | 'relay';

/** Counters since the connection's beginning; `at` in milliseconds. */
export interface Counters {
  readonly at: number;
  readonly sent: readonly SentStream[];
  readonly received: readonly ReceivedStream[];
  /** Milliseconds to the server and back. */
  readonly roundTrip: number | null;
  readonly path: Path | null;
  /** bit/s that the browser reckons it can send; null: it doesn't say. */
  readonly room: number | null;
}

export function readCounters(at: number, reports: ReadonlyMap<string, Report>): Counters {
  const all = [...reports.values()];
  const told = new Map(all.filter(({ type }) => type === 'remote-inbound-rtp').map((r) => [r['localId'], r]));
  const pair = chosenPair(all, reports);
  const local = pair && reports.get(text(pair['localCandidateId']));
  return {
    at,
    sent: all
      .filter(({ type }) => type === 'outbound-rtp')
      .map((r) => ({
        ...stream(r, reports, 'Sent'),
        rid: text(r['rid']),
        lost: optional(told.get(r['id'])?.['fractionLost']),
        reported: number(told.get(r['id'])?.['timestamp']),
        limitedBy: text(r['qualityLimitationReason']),
      })),
    received: all
      .filter(({ type }) => type === 'inbound-rtp')
      .map((r) => ({
        ...stream(r, reports, 'Received'),
        lost: number(r['packetsLost']),
        jitter: number(r['jitter']) * 1000,
        samples: number(r['totalSamplesReceived']),
        // Silence that the sender left out is concealed as well, and isn't missed.
        concealed: number(r['concealedSamples']) - number(r['silentConcealedSamples']),
        dropped: number(r['framesDropped']),
        decodeTime: number(r['totalDecodeTime']),
        freezeTime: number(r['totalFreezesDuration']),
      })),
    roundTrip: roundTrip(pair, [...told.values()]),
    path: pair === undefined ? null : pathOf(local),
    room: optional(pair?.['availableOutgoingBitrate']),
  };
}

function stream(r: Report, reports: ReadonlyMap<string, Report>, way: 'Sent' | 'Received'): Stream {
  return {
    id: text(r['id']),
    mid: text(r['mid']),
    video: r['kind'] === 'video',
    packets: number(r[`packets${way}`]),
    bytes: number(r[`bytes${way}`]) + number(r[`headerBytes${way}`]),
    width: number(r['frameWidth']),
    height: number(r['frameHeight']),
    frames: number(r[way === 'Sent' ? 'framesEncoded' : 'framesDecoded']),
    codec: text(reports.get(text(r['codecId']))?.['mimeType']).replace(/^\w+\//, ''),
  };
}

// Firefox has no transport reports and marks the pair itself.
function chosenPair(all: readonly Report[], reports: ReadonlyMap<string, Report>): Report | undefined {
  const id = all.find(({ type }) => type === 'transport')?.['selectedCandidatePairId'];
  return reports.get(text(id)) ?? all.find((r) => r['type'] === 'candidate-pair' && r['selected'] === true);
}

// Firefox measures it by the streams' reports alone.
function roundTrip(pair: Report | undefined, told: readonly Report[]): number | null {
  const times = told.map((r) => optional(r['roundTripTime'])).filter((time) => time !== null);
  return seconds(pair?.['currentRoundTripTime'] ?? (times.length > 0 ? Math.min(...times) : null));
}

function pathOf(local: Report | undefined): Path {
  if (local?.['candidateType'] === 'relay') return 'relay';
  return local?.['protocol'] === 'tcp' ? 'tcp' : 'udp';
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const optional = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const number = (value: unknown): number => optional(value) ?? 0;
const seconds = (value: unknown): number | null => (typeof value === 'number' ? value * 1000 : null);

/** A picture of one's own, as it leaves. */
export interface SentPicture {
  readonly mid: string;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly codec: string;
}

/** Between two looks. Shares are of 1, rates in bit/s, times in milliseconds; null: nothing to tell by. */
export interface Figures {
  readonly roundTrip: number | null;
  readonly path: Path | null;
  readonly sendRate: number;
  readonly receiveRate: number;
  readonly room: number | null;
  readonly sendLoss: number | null;
  /** The voice's part of it. */
  readonly voiceLoss: number | null;
  readonly receiveLoss: number | null;
  readonly jitter: number | null;
  /** Of the sound that was played, what had to be made up. */
  readonly concealed: number | null;
  /** Of the time, in the worst picture. */
  readonly frozen: number;
  /** The largest layer of each own picture that leaves. */
  readonly pictures: readonly SentPicture[];
  readonly narrow: boolean;
  /** Why this device is late, if it is. */
  readonly encoderLate: boolean;
  readonly decoderLate: boolean;
}

/** A decoder that takes so much of the time for one picture has none left when it gets harder. */
const busyDecoder = 0.8;
const manyDropped = 0.25;
/** Fewer in one look say nothing. */
const enoughPackets = 20;
const enoughFrames = 10;

/** `theirs`: by m-line, the share that its owner's uplink has lost: that isn't this device's loss. */
export function figuresBetween(before: Counters, now: Counters, theirs: ReadonlyMap<string, number>): Figures {
  const elapsed = Math.max(1, now.at - before.at);
  const sent = grown(before.sent, now.sent);
  const received = grown(before.received, now.received).map((stream) => withoutTheirs(stream, theirs.get(stream.now.mid) ?? 0));
  const rate = (streams: readonly { readonly bytes: number }[]) => (sum(streams, 'bytes') * 8000) / elapsed;
  // How much of another's unevenness and freezes is one's own can't be told apart.
  const heard = received.filter(({ now: r, packets }) => packets > 0 && !theirs.has(r.mid));
  const pictures = largest(sent.filter(({ frames }) => frames > 0).map(({ now: s, frames }) => ({ ...s, framesPerSecond: Math.round((frames * 1000) / elapsed) })));
  return {
    roundTrip: now.roundTrip,
    path: now.path,
    sendRate: rate(sent),
    receiveRate: rate(received),
    room: now.room,
    sendLoss: sentLoss(sent),
    voiceLoss: sentLoss(sent.filter(({ now: s }) => !s.video)),
    receiveLoss: share(sum(received, 'lost'), sum(received, 'lost') + sum(received, 'packets'), enoughPackets),
    jitter: heard.length > 0 ? Math.max(...heard.map(({ now: r }) => r.jitter)) : null,
    concealed: share(sum(received, 'concealed'), sum(received, 'samples'), 1),
    frozen: Math.min(1, Math.max(0, ...heard.map(({ freezeTime }) => (freezeTime * 1000) / elapsed))),
    pictures,
    narrow: sent.some(({ now: s, frames }) => frames > 0 && s.limitedBy === 'bandwidth'),
    encoderLate: sent.some(({ now: s, frames }) => frames > 0 && s.limitedBy === 'cpu'),
    decoderLate: received.some(
      ({ frames, dropped, decodeTime }) =>
        frames + dropped >= enoughFrames &&
        (dropped / (frames + dropped) > manyDropped || (decodeTime * 1000) / elapsed > busyDecoder),
    ),
  };
}

type Growth<T> = { readonly now: T } & { readonly [K in keyof T as T[K] extends number ? K : never]: number };

/** Streams that were there before, with what their counters grew by; a counter that began anew has grown by nothing. */
function grown<T extends Stream>(before: readonly T[], now: readonly T[]): readonly Growth<T>[] {
  const known = new Map(before.map((s) => [s.id, s]));
  return now.flatMap((s) => {
    const old = known.get(s.id);
    if (!old) return [];
    const counters = Object.entries(s).flatMap(([key, value]) =>
      typeof value === 'number' ? [[key, Math.max(0, value - Number(old[key as keyof T]))]] : [],
    );
    return [{ now: s, ...Object.fromEntries(counters) } as Growth<T>];
  });
}

function withoutTheirs(stream: Growth<ReceivedStream>, missing: number): Growth<ReceivedStream> {
  const { lost, packets, concealed, samples } = stream;
  return {
    ...stream,
    lost: Math.max(0, lost - missing * (lost + packets)),
    concealed: Math.max(0, concealed - missing * samples),
  };
}

function sum<K extends string>(streams: readonly Readonly<Record<K, number>>[], key: K): number {
  return streams.reduce((total, s) => total + s[key], 0);
}

function share(part: number, whole: number, least: number): number | null {
  return whole < least ? null : Math.min(1, Math.max(0, part / whole));
}

/** Over all streams, by the packets of each. A report from before says nothing of now: where the path is gone, none come. */
function sentLoss(sent: readonly Growth<SentStream>[]): number | null {
  const told = sent.filter(({ now, packets, reported }) => now.lost !== null && reported > 0 && packets > 0);
  const lost = told.reduce((total, { now, packets }) => total + (now.lost ?? 0) * packets, 0);
  return share(lost, sum(told, 'packets'), 1);
}

function largest(pictures: readonly (SentStream & SentPicture)[]): readonly SentPicture[] {
  const byLine = new Map<string, SentPicture>();
  for (const picture of pictures) {
    const { mid, width, height, framesPerSecond, codec } = picture;
    const best = byLine.get(mid);
    if (!best || width * height > best.width * best.height) byLine.set(mid, { mid, width, height, framesPerSecond, codec });
  }
  return [...byLine.values()];
}
