import { describe, expect, it } from 'vitest';

import { InputBody } from '../generated/vicino/ui/input-body';
import { ConfirmCodeT } from '../generated/vicino/ui/confirm-code';
import { RestartIceT } from '../generated/vicino/ui/restart-ice';
import { Source } from '../generated/vicino/ui/source';
import { WantT } from '../generated/vicino/ui/want';
import { WatchT } from '../generated/vicino/ui/watch';
import { commandInput } from './inputs';

describe('a command', () => {
  it('to confirm the code says which code was read', () => {
    const emoji = [1, 2, 3, 4, 5, 6, 63];
    expect(commandInput({ kind: 'confirmCode', emoji })).toEqual([InputBody.ConfirmCode, new ConfirmCodeT(emoji)]);
  });

  it('to restart ICE brings the credentials', () => {
    expect(commandInput({ kind: 'restartIce', ufrag: 'abcd', pwd: 'a password' })).toEqual([
      InputBody.RestartIce,
      new RestartIceT('abcd', 'a password'),
    ]);
  });

  it('to watch says what is in focus', () => {
    const size = { width: 640, height: 360 };
    const wants = [
      { participant: 2, source: 'screen', ...size, focus: true },
      { participant: 3, source: 'camera', ...size, focus: false },
    ] as const;
    expect(commandInput({ kind: 'watch', wants })).toEqual([
      InputBody.Watch,
      new WatchT([new WantT(2, Source.screen, 640, 360, true), new WantT(3, Source.camera, 640, 360, false)]),
    ]);
  });
});
