import { describe, expect, it } from 'vitest';

import type { WatchedLayer } from '../core/types';
import { encodingsOf } from './ladder';
import { activeLayers, everything, sentInnerLayers, shaped } from './send_layers';

const three = [{ rid: 'q' }, { rid: 'h' }, { rid: 'f' }];
const camera = (...names: string[]): WatchedLayer[] => names.map((rid) => ({ source: 'camera', rid }));
const sent = (watched: readonly WatchedLayer[] | null, spared = 0) =>
  activeLayers('camera', three, { ...everything, watched, spared })
    .map((on, i) => (on ? three[i]!.rid : ''))
    .join('');

describe('the layers that are sent', () => {
  it.each([
    ['all, before the server has said', null, 0, 'qhf'],
    ['those that somebody watches', camera('h'), 0, 'h'],
    ['several', camera('q', 'f'), 0, 'qf'],
    ['none that nobody watches', camera(), 0, ''],
    ['all but the largest on a slow device', null, 1, 'qh'],
    ['the next smaller for who watches one that is left out', camera('f'), 1, 'h'],
    ['the smallest at least', camera('f'), 7, 'q'],
    ['nothing for nobody on a slow device either', camera(), 1, ''],
  ] as const)('are %s', (_, watched, spared, expected) => {
    expect(sent(watched, spared)).toBe(expected);
  });

  it('are none where the way up carries the voice alone', () => {
    const wish = { ...everything, watched: camera('f'), voiceOnly: true };
    expect(activeLayers('camera', [{ rid: 'q' }, { rid: 'f' }], wish)).toEqual([false, false]);
    expect(sentInnerLayers(3, wish)).toBe(0);
    expect(activeLayers('screen', [{}], { ...everything, voiceOnly: true })).toEqual([true]);
  });

  it('of a screen is its only one, which has no name', () => {
    const screen = (watched: readonly WatchedLayer[] | null) =>
      activeLayers('screen', [{}], { ...everything, watched, spared: 2 });
    expect(screen(null)).toEqual([true]);
    expect(screen(camera('f'))).toEqual([false]);
    expect(screen([{ source: 'screen', rid: '' }])).toEqual([true]);
  });
});

describe('the layers of a camera that is one stream', () => {
  it.each([
    ['all, before the server has said', null, 0, 3],
    ['all, while the server has no names for them', camera(''), 0, 3],
    ['up to the largest that somebody watches', camera('0', '1'), 0, 2],
    ['none that nobody watches', camera(), 0, 0],
    ['all but the largest on a slow device', camera('0', '1', '2'), 1, 2],
    ['the smallest at least', camera('0', '1', '2'), 7, 1],
    ['nothing for nobody on a slow device either', camera(), 1, 0],
  ] as const)('are %s', (_, watched, spared, expected) => {
    expect(sentInnerLayers(3, { ...everything, watched, spared })).toBe(expected);
  });
});

describe('what a sender is told', () => {
  const size = { width: 1280, height: 720 };
  const parameters = (encodings: RTCRtpEncodingParameters[]) =>
    ({ transactionId: '1', encodings, codecs: [], headerExtensions: [], rtcp: {} }) as RTCRtpSendParameters;
  const current = () => shaped('camera', parameters(encodingsOf('camera', size, 'vp8')), size, everything)!;

  it('changes layers and keeps the rest', () => {
    const next = shaped('camera', current(), size, { ...everything, watched: camera('q') });
    expect(next?.encodings.map(({ rid, active }) => [rid, active])).toEqual([['q', true], ['h', false], ['f', false]]);
    expect(next?.transactionId).toBe('1');
  });

  it('follows the size of the picture', () => {
    const next = shaped('camera', current(), { width: 640, height: 360 }, everything);
    expect(next?.encodings.map((e) => e.scaleResolutionDownBy)).toEqual([2, 1, 1]);
  });

  it('is nothing when it is so already', () => {
    expect(shaped('camera', current(), size, everything)).toBeNull();
  });

  it('takes layers off the top of a camera that is one stream', () => {
    const whole = shaped('camera', parameters(encodingsOf('camera', size, 'vp9')), size, everything)!;
    expect(whole.encodings).toMatchObject([{ scalabilityMode: 'L3T3_KEY', scaleResolutionDownBy: 1, active: true }]);
    const less = shaped('camera', whole, size, { ...everything, watched: camera('0') });
    expect(less?.encodings).toMatchObject([{ scalabilityMode: 'L1T3', scaleResolutionDownBy: 4, maxBitrate: 150_000, active: true }]);
    const none = shaped('camera', whole, size, { ...everything, watched: [] });
    expect(none?.encodings).toMatchObject([{ active: false }]);
  });

  it('makes a shared film smooth', () => {
    const screen = shaped('screen', parameters([{}]), size, { ...everything, content: 'motion' });
    expect(screen?.encodings[0]).toMatchObject({ maxFramerate: 30, active: true });
    expect(screen).toMatchObject({ degradationPreference: 'maintain-framerate' });
  });
});
