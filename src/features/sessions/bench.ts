import fc from 'fast-check';
import { DAY, later } from '#src/kernel/clock.ts';
import { tenantId, userId } from '#src/kernel/ids.ts';
import type { SessionFacts, SessionRecord } from './lifetime.ts';

/** Any instant of this century, to the millisecond. */
export const anInstant = fc.date({
  min: new Date('2000-01-01'),
  max: new Date('2100-01-01'),
  noInvalidDate: true,
});

const TENANT = tenantId('01890000-0000-7000-8000-000000000001');

/** A session at any point of its life: somebody signed in within seven days of its start. */
export const aSession: fc.Arbitrary<SessionFacts> = fc
  .record({ uid: fc.base64String({ minLength: 20 }), id: fc.uuid({ version: 7 }), at: anInstant })
  .chain(({ uid, id, at }) =>
    fc.integer({ min: 0, max: 7 * DAY - 1 }).map((wait) => ({
      uid,
      userId: userId(id),
      startedAt: at,
      signedInAt: later(at, wait),
    })),
  );

/** What Postgres says of a session when nothing speaks against it. */
export function aRecord(facts: SessionFacts, over: Partial<SessionRecord> = {}): SessionRecord {
  return {
    revoked: false,
    user: {
      id: facts.userId,
      tenantId: TENANT,
      email: 'ada@x.test',
      name: 'Ada',
      role: 'user',
      updatedAt: facts.startedAt,
    },
    userStatus: 'active',
    tenantStatus: 'active',
    sessionsValidFrom: later(facts.startedAt, -1),
    ...over,
  };
}

const APPLE = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
const blink = (system: string, names: string) =>
  `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) ${names} Safari/537.36`;

/** What browsers send, by their version. No two are of one family and one platform. */
export const BROWSERS = {
  firefoxOnWindows: (version: number) =>
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`,
  firefoxOnAndroid: (version: number) =>
    `Mozilla/5.0 (Android 14; Mobile; rv:${version}.0) Gecko/${version}.0 Firefox/${version}.0`,
  chromeOnWindows: (version: number) =>
    blink('Windows NT 10.0; Win64; x64', `Chrome/${version}.0.0.0`),
  chromeOnMac: (version: number) =>
    blink('Macintosh; Intel Mac OS X 10_15_7', `Chrome/${version}.0.0.0`),
  chromeOnAndroid: (version: number) =>
    blink('Linux; Android 10; K', `Chrome/${version}.0.0.0 Mobile`),
  headlessOnLinux: (version: number) =>
    blink('X11; Linux x86_64', `HeadlessChrome/${version}.0.0.0`),
  edgeOnWindows: (version: number) =>
    `${blink('Windows NT 10.0; Win64; x64', `Chrome/${version}.0.0.0`)} Edg/${version}.0.0.0`,
  safariOnIphone: (version: number) =>
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_${version} like Mac OS X) ${APPLE} Version/18.${version} Mobile/15E148 Safari/604.1`,
  aScript: (version: number) => `curl/8.${version}.0`,
} satisfies Readonly<Record<string, (version: number) => string>>;

/** Tablets that go by another name in a wide window. */
export const TABLETS = [
  {
    narrow: (version: number) =>
      `Mozilla/5.0 (iPad; CPU OS 18_${version} like Mac OS X) ${APPLE} Version/18.${version} Mobile/15E148 Safari/604.1`,
    wide: (version: number) =>
      `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${APPLE} Version/18.${version} Safari/605.1.15`,
  },
  {
    narrow: (version: number) => blink('Linux; Android 10; K', `Chrome/${version}.0.0.0`),
    wide: (version: number) => blink('X11; Linux x86_64', `Chrome/${version}.0.0.0`),
  },
] as const;
