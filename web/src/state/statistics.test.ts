import { describe, expect, it } from 'vitest';

import { figuresBetween, readCounters, type Report } from './statistics';

// As Chromium and Firefox report: only what is read.
const outbound = (id: string, over: Report = {}): Report => ({ id, type: 'outbound-rtp', kind: 'video', mid: '1', codecId: 'c', ...over });
const inbound = (id: string, over: Report = {}): Report => ({ id, type: 'inbound-rtp', kind: 'video', mid: '9', codecId: 'c', ...over });
const report = (id: string, timestamp: number, fractionLost: number): Report => ({
  id: `remote-${id}`, type: 'remote-inbound-rtp', localId: id, timestamp, fractionLost,
});
const codec: Report = { id: 'c', type: 'codec', mimeType: 'video/VP8' };

function reports(...all: Report[]): ReadonlyMap<string, Report> {
  return new Map([codec, ...all].map((report) => [String(report['id']), report]));
}

function figures(before: Report[], now: Report[], theirs: Record<string, number> = {}) {
  return figuresBetween(readCounters(0, reports(...before)), readCounters(2000, reports(...now)), new Map(Object.entries(theirs)));
}

describe('figures', () => {
  it('are rates with headers over the time between two looks', () => {
    const { sendRate, receiveRate } = figures(
      [outbound('s', { bytesSent: 1000, headerBytesSent: 0 }), inbound('r', { bytesReceived: 0 })],
      [outbound('s', { bytesSent: 100_000, headerBytesSent: 26_000 }), inbound('r', { bytesReceived: 250_000 })],
    );
    expect(sendRate).toBe(500_000);
    expect(receiveRate).toBe(1_000_000);
  });

  it('count what was lost and made up since the last look alone', () => {
    const sound = (over: Report) => inbound('r', { kind: 'audio', mid: '5', ...over });
    const found = figures(
      [sound({ packetsReceived: 1000, packetsLost: 500, totalSamplesReceived: 0, concealedSamples: 0 })],
      [sound({ packetsReceived: 1090, packetsLost: 510, totalSamplesReceived: 96_000, concealedSamples: 12_000, silentConcealedSamples: 2400, jitter: 0.03 })],
    );
    expect(found.receiveLoss).toBeCloseTo(0.1);
    expect(found.concealed).toBeCloseTo(0.1);
    expect(found.jitter).toBeCloseTo(30);
  });

  it('leave out what others lost on their way to the server', () => {
    const now = [
      inbound('a', { mid: '9', packetsReceived: 100, packetsLost: 0 }),
      inbound('b', { mid: '10', packetsReceived: 50, packetsLost: 50 }),
    ];
    const before = now.map((r) => ({ ...r, packetsReceived: 0, packetsLost: 0 }));
    expect(figures(before, now).receiveLoss).toBeCloseTo(0.25);
    expect(figures(before, now, { 10: 0.5 }).receiveLoss).toBe(0);
    expect(figures(before, now, { 10: 0.3 }).receiveLoss).toBeCloseTo(20 / 170);
    expect(figures(before, now, { 10: 0.9 }).receiveLoss).toBe(0);
  });

  it('leave out sound that others lost, and say nothing of how even their streams are', () => {
    const sound = (over: Report) => inbound('r', { kind: 'audio', mid: '5', packetsReceived: 90, jitter: 0.4, ...over });
    const before = [sound({ packetsReceived: 0, totalSamplesReceived: 0, concealedSamples: 0 })];
    const now = [sound({ totalSamplesReceived: 96_000, concealedSamples: 9600 })];
    expect(figures(before, now)).toMatchObject({ concealed: 0.1, jitter: 400 });
    expect(figures(before, now, { 5: 0.1 })).toMatchObject({ concealed: 0, jitter: null });
  });

  it('take the server’s word for what didn’t reach it, by the packets of each stream', () => {
    const { sendLoss } = figures(
      [outbound('s', { packetsSent: 0 }), outbound('t', { packetsSent: 0 })],
      [outbound('s', { packetsSent: 300 }), outbound('t', { packetsSent: 100 }), report('s', 1000, 0.04), report('t', 1000, 0.2)],
    );
    expect(sendLoss).toBeCloseTo(0.08);
  });

  it('don’t take its word from before for now', () => {
    const told = (packetsSent: number, timestamp: number) => [outbound('s', { packetsSent }), report('s', timestamp, 0.95)];
    expect(figures(told(0, 1000), told(300, 1000)).sendLoss).toBeNull();
    expect(figures(told(0, 1000), told(300, 2000)).sendLoss).toBe(0.95);
  });

  it('show the largest layer that leaves', () => {
    const layer = (id: string, frameWidth: number, frameHeight: number, framesEncoded: number) =>
      outbound(id, { rid: id, frameWidth, frameHeight, framesEncoded });
    const { pictures } = figures(
      [layer('q', 320, 180, 0), layer('h', 640, 360, 0), layer('f', 1280, 720, 40)],
      [layer('q', 320, 180, 60), layer('h', 640, 360, 48), layer('f', 1280, 720, 40)],
    );
    expect(pictures).toEqual([{ mid: '1', width: 640, height: 360, framesPerSecond: 24, codec: 'VP8' }]);
  });

  it.each([
    ['cpu', { encoderLate: true, narrow: false }],
    ['bandwidth', { encoderLate: false, narrow: true }],
    ['none', { encoderLate: false, narrow: false }],
  ])('know an encoder that is limited by %s', (qualityLimitationReason, expected) => {
    const sent = (framesEncoded: number) => [outbound('s', { framesEncoded, qualityLimitationReason })];
    expect(figures(sent(0), sent(40))).toMatchObject(expected);
    // One that encodes nothing isn't limited, whatever it says.
    expect(figures(sent(40), sent(40))).toMatchObject({ encoderLate: false, narrow: false });
  });

  it.each([
    ['decodes in time', { framesDecoded: 60, framesDropped: 0, totalDecodeTime: 0.4 }, false],
    ['has no time left', { framesDecoded: 60, framesDropped: 0, totalDecodeTime: 1.8 }, true],
    ['drops many', { framesDecoded: 30, framesDropped: 20, totalDecodeTime: 0.4 }, true],
    ['drops one of few', { framesDecoded: 1, framesDropped: 1, totalDecodeTime: 0.1 }, false],
  ])('know a decoder that %s', (_, now, expected) => {
    const before = { framesDecoded: 0, framesDropped: 0, totalDecodeTime: 0 };
    expect(figures([inbound('r', before)], [inbound('r', now)]).decoderLate).toBe(expected);
  });

  it('say nothing of what nobody told', () => {
    expect(figures([], [])).toMatchObject({ roundTrip: null, path: null, sendLoss: null, receiveLoss: null, jitter: null, concealed: null, pictures: [] });
  });

  it('begin anew where a counter does', () => {
    expect(figures([inbound('r', { bytesReceived: 5000 })], [inbound('r', { bytesReceived: 10 })]).receiveRate).toBe(0);
  });

  const pair = (over: Report = {}): Report => ({ id: 'p', type: 'candidate-pair', localCandidateId: 'l', currentRoundTripTime: 0.042, availableOutgoingBitrate: 900_000, ...over });
  it.each([
    ['host', 'udp', 'udp'],
    ['srflx', 'udp', 'udp'],
    ['host', 'tcp', 'tcp'],
    ['relay', 'udp', 'relay'],
  ])('name the path of a %s candidate over %s', (candidateType, protocol, path) => {
    const local: Report = { id: 'l', type: 'local-candidate', candidateType, protocol };
    const transport: Report = { id: 't', type: 'transport', selectedCandidatePairId: 'p' };
    expect(figures([], [pair(), local, transport])).toMatchObject({ path, roundTrip: 42, room: 900_000 });
    expect(figures([], [pair({ selected: true }), local])).toMatchObject({ path });
  });
});
