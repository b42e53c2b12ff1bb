import { describe, expect, it } from 'vitest';

import type { Participant, TrackState } from '../core/types';
import { messageOf, type Circumstances } from './tile_message';
import { person } from './people_in_tests';

const off: TrackState = { kind: 'off' };
const muted: TrackState = { kind: 'muted' };
const connecting: TrackState = { kind: 'connecting' };
const flowing: TrackState = { kind: 'flowing', mid: '4' };
const refused: TrackState = { kind: 'refused' };
const noKey: TrackState = { kind: 'noKey' };
const byLayout: TrackState = { kind: 'pausedByLayout' };
const forBandwidth: TrackState = { kind: 'pausedForBandwidth' };
const lost: TrackState = { kind: 'connectionLost' };
const normal: Circumstances = { incomingVideo: true, reconnecting: false };

const with_ = (microphone: TrackState, camera: TrackState, over: Partial<Participant> = {}) =>
  person(1, 'Ada', { microphone, camera }, over);

describe('the reason on a tile', () => {
  it.each([
    ['nothing when all flows', with_(flowing, flowing), normal, null],
    ['nothing of a muted microphone: that stands beside the name', with_(muted, flowing), normal, null],
    ['a camera that is off', with_(flowing, off), normal, 'cameraOff'],
    ['a picture on its way', with_(flowing, connecting), normal, 'cameraConnecting'],
    ['a sound on its way', with_(connecting, off), normal, 'soundConnecting'],
    ['a picture whose key is on its way', with_(flowing, noKey), normal, 'pictureNoKey'],
    ['a sound whose key is on its way', with_(noKey, flowing), normal, 'soundNoKey'],
    ['a picture that does not open', with_(flowing, refused), normal, 'pictureRefused'],
    ['a sound that does not open', with_(refused, connecting), normal, 'soundRefused'],
    ['a picture nobody watches', with_(flowing, byLayout), normal, 'pausedByLayout'],
    ['a picture too much for the path', with_(flowing, forBandwidth), normal, 'pausedForBandwidth'],
    ['a sound too much for the path', with_(forBandwidth, flowing), normal, 'soundPaused'],
    ['a sound too much for the path, and its picture', with_(forBandwidth, forBandwidth), normal, 'soundPaused'],
    ['somebody whose connection is lost', with_(lost, lost), normal, 'connectionLost'],
    ['the own choice', with_(flowing, byLayout), { ...normal, incomingVideo: false }, 'videoTurnedOff'],
    ['the own choice at once', with_(flowing, flowing), { ...normal, incomingVideo: false }, 'videoTurnedOff'],
    ['the own lost connection', with_(flowing, connecting), { ...normal, reconnecting: true }, 'reconnecting'],
    ['no silence in a large call', with_(byLayout, flowing), normal, null],
    ['another identity before all else', with_(refused, refused, { trust: 'changed' }), normal, 'identityChanged'],
    ['who is leaving', with_(flowing, flowing, { leaving: true }), normal, 'leaving'],
  ] as const)('names %s', (_, participant, circumstances, expected) => {
    expect(messageOf(participant, 'camera', circumstances)).toBe(expected);
  });

  it('speaks of the screen on the screen’s tile', () => {
    const sharing = person(1, 'Ada', { microphone: flowing, camera: flowing, screen: connecting });
    expect(messageOf(sharing, 'screen', normal)).toBe('screenConnecting');
    expect(messageOf(sharing, 'camera', normal)).toBeNull();
    expect(messageOf(person(1, 'Ada', { screen: flowing }), 'screen', normal)).toBeNull();
  });

  it.each([
    ['flows', flowing, null],
    ['is not shared', off, null],
    ['is on its way', connecting, 'screenSoundConnecting'],
    ['waits for its key', noKey, 'screenSoundNoKey'],
    ['does not open', refused, 'screenSoundRefused'],
    ['is too much for the path', forBandwidth, 'screenSoundPaused'],
    ['is not among the loudest', byLayout, null],
  ] as const)('says on the screen’s tile, and there alone, that its sound %s', (_, screenAudio, expected) => {
    const sharing = person(1, 'Ada', { microphone: flowing, camera: flowing, screen: flowing, screenAudio });
    expect(messageOf(sharing, 'screen', normal)).toBe(expected);
    expect(messageOf(sharing, 'camera', normal)).toBeNull();
  });

  it('leaves the sound of a screen to the banner while the own connection is lost', () => {
    const sharing = person(1, 'Ada', { screen: flowing, screenAudio: connecting });
    expect(messageOf(sharing, 'screen', { ...normal, reconnecting: true })).toBeNull();
  });

  it('is never missing where nothing is seen', () => {
    for (const camera of [off, connecting, refused, noKey, byLayout, forBandwidth, lost]) {
      expect(messageOf(with_(flowing, camera), 'camera', normal)).not.toBeNull();
    }
  });
});
