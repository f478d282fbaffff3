import { describe, expect, test } from 'vitest';
import { leftOpen } from './leaks.ts';

describe('leftOpen', () => {
  test('names each connection, server, process and timer that was not there before', () => {
    expect(
      leftOpen(['MessagePort', 'Timeout'], ['Timeout', 'Timeout', 'TCPSocketWrap', 'MessagePort']),
    ).toEqual(['Timeout', 'TCPSocketWrap']);
  });

  test('is content when everything of before is there, or less', () => {
    expect(leftOpen(['Timeout', 'PipeWrap'], ['PipeWrap'])).toEqual([]);
  });

  test('does not mind what a test can’t close', () => {
    expect(leftOpen([], ['MessagePort', 'Immediate', 'TTYWrap'])).toEqual([]);
  });
});
