import { describe, expect, it } from 'vitest';

import type { Participant, TrackState } from '../core/types';
import { messageOf, type Circumstances } from './tile_message';

const off: TrackState = { kind: 'off' };
const waiting: TrackState = { kind: 'waiting' };
const flowing: TrackState = { kind: 'flowing', mid: '4' };
const undecryptable: TrackState = { kind: 'undecryptable' };
const normal: Circumstances = { incomingVideo: true, reconnecting: false, everybodyHasASlot: true };

function person(microphone: TrackState, camera: TrackState, name: string | null = 'Ada'): Participant {
  return { id: 1, name, sources: { microphone, camera, screen: off, screenAudio: off } };
}

describe('the reason on a tile', () => {
  it.each([
    ['nothing when all flows', person(flowing, flowing), normal, null],
    ['nothing when all is off', person(off, off), normal, null],
    ['a missing picture', person(flowing, waiting), normal, 'cameraWaiting'],
    ['a missing sound', person(waiting, off), normal, 'soundWaiting'],
    ['a picture that does not open', person(flowing, undecryptable), normal, 'pictureUndecryptable'],
    ['a sound that does not open', person(undecryptable, waiting), normal, 'soundUndecryptable'],
    ['another secret before all else', person(undecryptable, undecryptable, null), normal, 'otherLink'],
    ['the own choice', person(flowing, waiting), { ...normal, incomingVideo: false }, 'videoTurnedOff'],
    ['the lost connection', person(flowing, waiting), { ...normal, reconnecting: true }, 'reconnecting'],
    ['no silence in a large call', person(waiting, off), { ...normal, everybodyHasASlot: false }, null],
  ] as const)('names %s', (_, participant, circumstances, expected) => {
    expect(messageOf(participant, 'camera', circumstances)).toBe(expected);
  });

  it('speaks of the screen on the screen’s tile', () => {
    const sharing: Participant = { ...person(flowing, flowing), sources: { ...person(flowing, flowing).sources, screen: waiting } };
    expect(messageOf(sharing, 'screen', normal)).toBe('screenWaiting');
    expect(messageOf(sharing, 'camera', normal)).toBeNull();
  });
});
