import { describe, expect, it } from 'vitest';

import { diagnose, ownQuality, qualityOf, remember, settled, worthANotice, type Circumstances, type Finding, type History } from './diagnosis';
import type { Figures } from './statistics';

const well: Figures = {
  roundTrip: 40,
  path: 'udp',
  sendRate: 2_000_000,
  receiveRate: 2_000_000,
  room: 3_000_000,
  sendLoss: 0,
  voiceLoss: 0,
  receiveLoss: 0.005,
  jitter: 8,
  concealed: 0,
  frozen: 0,
  pictures: [],
  narrow: false,
  encoderLate: false,
  decoderLate: false,
};

const calm: Circumstances = {
  online: true,
  connection: 'ok',
  media: 'connected',
  figures: well,
  uplinks: new Map(),
  self: 1,
  heldBack: false,
  slow: false,
  voiceOnly: false,
};

const found = (over: Partial<Circumstances>, figures: Partial<Figures> = {}) =>
  diagnose({ ...calm, figures: { ...well, ...figures }, ...over }).map(({ cause, severity }) => `${cause} ${severity}`);

describe('a diagnosis', () => {
  it.each<[string, Partial<Circumstances>, Partial<Figures>, string[]]>([
    ['nothing where all is well', {}, {}, []],
    ['nothing of a start-up that has no figures yet', { figures: null }, {}, []],
    ['the device without a network, and nothing else', { online: false, connection: 'lost' }, { sendLoss: 1 }, ['offline poor']],
    ['a server that can’t be reached', { connection: 'lost' }, { sendLoss: 1 }, ['serverUnreachable poor']],
    ['a firewall', { media: 'failed' }, {}, ['mediaBlocked poor']],
    ['a server that is far or slow', {}, { roundTrip: 500 }, ['serverSlow fair']],
    ['a server that is much too far', {}, { roundTrip: 900 }, ['serverSlow poor']],
    ['a lossy uplink, not its delay', {}, { sendLoss: 0.05, roundTrip: 500 }, ['uplinkLoss fair']],
    ['a very lossy uplink', {}, { sendLoss: 0.2 }, ['uplinkLoss poor']],
    ['the uplink by the server’s word alone', { uplinks: new Map([[1, 150]]) }, {}, ['uplinkLoss poor']],
    ['a narrow uplink', {}, { narrow: true, room: 250_000 }, ['uplinkNarrow fair']],
    ['a very narrow uplink', {}, { narrow: true, room: 64_000 }, ['uplinkNarrow poor']],
    ['no narrow uplink while pictures grow', {}, { narrow: true, room: 2_000_000 }, []],
    ['no narrow uplink where nothing wants more', {}, { narrow: false, room: 100_000 }, []],
    ['a lossy downlink', {}, { receiveLoss: 0.05 }, ['downlinkLoss fair']],
    ['a lossy downlink by what is heard', {}, { concealed: 0.2 }, ['downlinkLoss poor']],
    ['no downlink for pictures that only wait', {}, { frozen: 1, receiveLoss: 0 }, []],
    ['pictures that stand still for loss', {}, { frozen: 0.5, receiveLoss: 0.01 }, ['downlinkLoss poor']],
    ['a downlink that carries no more', { heldBack: true }, { jitter: 400 }, ['downlinkNarrow poor']],
    ['one reason for a downlink that is full and loses', { heldBack: true }, { receiveLoss: 0.2 }, ['downlinkNarrow poor']],
    ['one reason for an uplink that loses and is narrow', {}, { sendLoss: 0.2, narrow: true, room: 1 }, ['uplinkLoss poor']],
    ['an uplink for the voice alone, and nothing else of it', { voiceOnly: true }, { sendLoss: 0.3 }, ['uplinkVoiceOnly poor']],
    ['an uneven downlink', {}, { jitter: 90 }, ['downlinkUneven fair']],
    ['a device that is about to be too slow', {}, { encoderLate: true }, ['cpu fair']],
    ['one that decodes too late', {}, { decoderLate: true }, ['cpu fair']],
    ['one that had to give something up', { slow: true }, {}, ['cpu poor']],
    ['one whose path only seems to be full', { slow: true, heldBack: true }, {}, ['cpu poor', 'downlinkNarrow fair']],
    ['somebody else’s uplink', { uplinks: new Map([[2, 60]]) }, {}, ['theirUplink fair']],
    ['the worst first, others last', { uplinks: new Map([[2, 300]]) }, { sendLoss: 0.05, voiceLoss: null, receiveLoss: 0.2 }, ['downlinkLoss poor', 'theirUplink poor', 'uplinkLoss fair']],
  ])('is %s', (_, circumstances, figures, expected) => {
    expect(found(circumstances, figures)).toEqual(expected);
  });

  it('names whose uplink it is, never oneself among the others', () => {
    const findings = diagnose({ ...calm, uplinks: new Map([[1, 200], [2, 200], [5, 40]]) });
    expect(findings.find(({ cause }) => cause === 'theirUplink')?.people).toEqual([2, 5]);
    expect(findings.find(({ cause }) => cause === 'uplinkLoss')?.people).toEqual([]);
  });
});

describe('what is told', () => {
  const loss: Finding = { cause: 'uplinkLoss', severity: 'fair', people: [] };
  const gone: Finding = { cause: 'offline', severity: 'poor', people: [] };
  const play = (...looks: [at: number, findings: Finding[]][]) =>
    settled(looks.reduce<History>((history, [at, findings]) => remember(history, at, findings), new Map())).map(({ cause }) => cause);

  it('has lasted for some seconds', () => {
    expect(play([0, [loss]], [2000, [loss]])).toEqual([]);
    expect(play([0, [loss]], [2000, [loss]], [4000, [loss]])).toEqual(['uplinkLoss']);
  });

  it('isn’t a hiccup now and then', () => {
    expect(play([0, [loss]], [2000, []], [4000, []], [6000, []], [8000, [loss]])).toEqual([]);
  });

  it('stays for a moment, so that it doesn’t flicker', () => {
    const before: [number, Finding[]][] = [[0, [loss]], [2000, [loss]], [4000, [loss]]];
    expect(play(...before, [6000, []], [8000, []])).toEqual(['uplinkLoss']);
    expect(play(...before, [6000, []], [8000, []], [10_000, []])).toEqual([]);
  });

  it('is told at once, and is over at once, where there is no connection', () => {
    expect(play([0, [gone]])).toEqual(['offline']);
    expect(play([0, [gone]], [2000, []])).toEqual([]);
  });

  it('is as bad as it is now', () => {
    const worse: Finding = { ...loss, severity: 'poor' };
    const history = [loss, loss, worse].reduce<History>((h, f, i) => remember(h, i * 2000, [f]), new Map());
    expect(settled(history)).toEqual([worse]);
  });
});

describe('a notice', () => {
  it.each<[Finding['cause'], Finding['severity'], boolean]>([
    ['downlinkNarrow', 'poor', true],
    ['cpu', 'poor', true],
    ['uplinkLoss', 'fair', false],
    ['serverUnreachable', 'poor', false],
    ['theirUplink', 'poor', false],
  ])('of %s, %s: %s', (cause, severity, expected) => {
    expect(worthANotice([{ cause, severity, people: [] }]) !== null).toBe(expected);
  });
});

describe('bars', () => {
  it.each<[Finding['cause'][], Finding['severity'], string]>([
    [[], 'fair', 'good'],
    [['uplinkLoss'], 'fair', 'fair'],
    [['downlinkNarrow'], 'poor', 'poor'],
    [['serverUnreachable'], 'poor', 'lost'],
    [['cpu', 'theirUplink'], 'poor', 'good'],
  ])('of oneself with %j %s are %s', (causes, severity, expected) => {
    expect(ownQuality(causes.map((cause) => ({ cause, severity, people: [] })))).toBe(expected);
  });

  it.each([
    [undefined, false, 'good'],
    [20, false, 'fair'],
    [60, false, 'fair'],
    [150, false, 'poor'],
    [undefined, true, 'lost'],
  ] as const)('of others who lose %s ‰ (gone: %s) are %s', (lost, connectionLost, expected) => {
    expect(qualityOf(lost, connectionLost)).toBe(expected);
  });
});
