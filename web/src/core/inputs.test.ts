import { describe, expect, it } from 'vitest';

import { InputBody } from '../generated/vicino/ui/input-body';
import { ConfirmCodeT } from '../generated/vicino/ui/confirm-code';
import { commandInput } from './inputs';

describe('a command', () => {
  it('to confirm the code says which code was read', () => {
    const emoji = [1, 2, 3, 4, 5, 6, 63];
    expect(commandInput({ kind: 'confirmCode', emoji })).toEqual([InputBody.ConfirmCode, new ConfirmCodeT(emoji)]);
  });
});
