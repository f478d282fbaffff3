import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, later } from '#src/kernel/clock.ts';
import { anInstant } from './bench.ts';
import { readTrace, traced, traceOf, type Use, writeTrace } from './trace.ts';

const AT = new Date('2030-01-01T12:00:00.123Z');
const FIREFOX = (version: number) =>
  `Mozilla/5.0 (X11; Linux x86_64; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`;

const aUse = fc.record(
  {
    at: anInstant,
    address: fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ unit: 'binary' })),
    userAgent: fc.oneof(fc.integer({ min: 1 }).map(FIREFOX), fc.string({ unit: 'binary' })),
  },
  { requiredKeys: ['at'] },
) satisfies fc.Arbitrary<Use>;

/** A session after these uses. */
function after(...[first, ...others]: [Use, ...Use[]]) {
  return others.reduce(traced, traceOf(first));
}

describe('the trace of a session', () => {
  it('begins with the use it is made with', () => {
    const use = { at: AT, address: '192.0.2.1', userAgent: FIREFOX(141) };
    expect(traceOf(use)).toMatchObject({
      signedInAt: AT,
      lastSeenAt: AT,
      address: '192.0.2.1',
      browser: { family: 'Firefox', platform: 'Linux' },
      places: [{ network: '192.0.2.1', at: AT }],
    });
  });

  it('keeps its sign-in and its browser, and follows its last use and address', () => {
    const trace = after(
      { at: AT, address: '192.0.2.1', userAgent: FIREFOX(141) },
      { at: later(AT, DAY), address: '2001:db8::1', userAgent: 'curl/8' },
      { at: later(AT, 2 * DAY), address: 'no address' },
    );
    expect(trace).toMatchObject({
      signedInAt: AT,
      lastSeenAt: later(AT, 2 * DAY),
      browser: { family: 'Firefox', platform: 'Linux' },
    });
    expect(trace.address).toBeUndefined();
  });

  it.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    [' 192.0.2.1 ', '192.0.2.1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['192.0.2.1:80', undefined],
    ['<b>here</b>', undefined],
    ['', undefined],
  ])('shows the address %j as %s', (address, shown) => {
    expect(traceOf({ at: AT, address }).address).toBe(shown);
  });

  it('tells networks as the throttle does: IPv4 written as IPv6 is IPv4, and a /64 is one', () => {
    const networkOf = (address: string) => traceOf({ at: AT, address }).places[0].network;
    expect(networkOf('::ffff:192.0.2.1')).toBe(networkOf('192.0.2.1'));
    expect(networkOf('2001:db8::1')).toBe(networkOf('2001:DB8:0:0:ffff::2'));
    expect(networkOf('2001:db8::1')).not.toBe(networkOf('2001:db8:0:1::1'));
  });

  it('holds a browser once, however often it is used', () => {
    const use = { at: AT, address: '192.0.2.1', userAgent: FIREFOX(141) };
    const { places } = after(use, { ...use, address: '192.0.2.2', at: later(AT, 1) });
    expect(places).toMatchObject([{ network: '192.0.2.2', at: later(AT, 1) }]);
  });

  it('tells one version of a browser from the next', () => {
    expect(after(using(141), using(142)).places).toHaveLength(2);
  });

  it('does not forget the owner’s browsers for the many that a thief may name', () => {
    const owners = after(using(141), using(142));
    const flooded = Array.from({ length: 50 }, (_, index) => using(200 + index)).reduce(
      traced,
      owners,
    );
    expect(flooded.places).toHaveLength(3);
    expect(flooded.places.slice(0, 2)).toStrictEqual(owners.places);
    expect(flooded.places[2]).toStrictEqual(traceOf(using(249)).places[0]);
  });

  it('is read as it was written, in less than 600 bytes, whoever used it', () => {
    fc.assert(
      fc.property(fc.array(aUse, { minLength: 1, maxLength: 6 }), ([first, ...others]) => {
        const trace = after(first as Use, ...others);
        const text = writeTrace(trace);
        expect(readTrace(text)).toStrictEqual(trace);
        expect(Buffer.byteLength(text)).toBeLessThan(600);
      }),
      { numRuns: 500 },
    );
  });

  const written = writeTrace(after(using(141), using(142), using(143)));
  it.each([
    ['', 'nothing'],
    ['{', 'half of one'],
    ['null', 'nothing at all'],
    ['{}', 'an empty one'],
    [written.replace('"p":[', '"p":[["a","00000000","Linux",1],'), 'four places'],
    [written.replace(/"p":.*/, '"p":[]}'), 'no place'],
    [written.replace('"s":1', '"s":-1'), 'a sign-in before time'],
    [written.replace('"s":1', '"s":999999999991'), 'a sign-in that is no instant'],
    [written.replace('{', '{"x":1,'), 'what it doesn’t have'],
  ])('is a TypeError where it is not one: %s (%s)', (text) => {
    expect(() => readTrace(text)).toThrow(TypeError);
  });
});

/** One use, with that version. */
function using(version: number): Use {
  return { at: AT, address: '192.0.2.1', userAgent: FIREFOX(version) };
}
