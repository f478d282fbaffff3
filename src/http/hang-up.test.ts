import { expect, it } from 'vitest';
import { isHangUp } from './hang-up.ts';

it.each([
  ['ECONNRESET', true],
  ['EPIPE', true],
  ['HPE_INVALID_METHOD', true],
  ['HPE_INVALID_TRANSFER_ENCODING', true],
  ['ENOSPC', false],
  ['ERR_STREAM_WRITE_AFTER_END', false],
  ['X_ECONNRESET', false],
])('%s is the other end’s doing: %s', (code, theirs) => {
  expect(isHangUp(Object.assign(new Error('no answer'), { code }))).toBe(theirs);
});

it.each([new Error('a bug'), undefined, 'ECONNRESET', { code: 'ECONNRESET' }])(
  'what bears no such code is not: %s',
  (error) => {
    expect(isHangUp(error)).toBe(false);
  },
);
