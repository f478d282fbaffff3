import { randomBytes, randomFillSync } from 'node:crypto';
import { type Clock, systemClock } from '#src/kernel/clock.ts';
import type { Ids } from '#src/kernel/ids.ts';

const COUNTER_END = 0x1000;

/**
 * Identifiers and secrets from the CSPRNG.
 *
 * UUIDs are version 7, and of one maker each is greater than the one before: within a millisecond
 * the 12 bits after the version count up from a random start, and a clock set back does not take
 * the order with it (RFC 9562 §6.2, method 1). 62 bits are random in every one.
 */
export function createIds(clock: Clock = systemClock): Ids {
  let instant = 0;
  let counter = 0;

  function step(seed: number): void {
    const now = clock.now().getTime();
    if (now > instant) {
      instant = now;
      counter = seed;
    } else if (++counter === COUNTER_END) {
      instant += 1;
      counter = seed;
    }
  }

  const random = createPool(16);

  return {
    uuid() {
      const bytes = random();
      // The start leaves the counter's upper half free.
      step(bytes.readUInt16BE(6) & 0x7ff);
      bytes.writeUIntBE(instant, 0, 6);
      bytes.writeUInt16BE(0x7000 | counter, 6);
      bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
      return dashed(bytes.toString('hex'));
    },
    secret: (bytes = 32) => randomBytes(bytes).toString('base64url'),
  };
}

/** So many random bytes a call, drawn by the page: asking the generator costs more than what it gives. */
function createPool(size: number): () => Buffer {
  const page = Buffer.alloc(size * 256);
  let at = page.length;
  return () => {
    if (at === page.length) {
      randomFillSync(page);
      at = 0;
    }
    at += size;
    return page.subarray(at - size, at);
  };
}

function dashed(hex: string): string {
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
