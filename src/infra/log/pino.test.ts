import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogContext } from './context.ts';
import type { LogLevel } from './level.ts';
import { createLogger } from './pino.ts';

const INSTANT = new Date('2026-01-02T03:04:05.678Z');

function bench({ pretty = false, level = 'debug' }: { pretty?: boolean; level?: LogLevel } = {}) {
  const lines: string[] = [];
  const context = createLogContext();
  const clock = { now: () => INSTANT };
  const logger = createLogger({
    level,
    pretty,
    context,
    clock,
    write: (line) => void lines.push(line),
  });
  return {
    logger,
    lines,
    context,
    record: () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>,
  };
}

const nested = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string({ unit: 'binary' }),
    fc.anything(),
    fc.dictionary(fc.string({ unit: 'binary' }), tie('tree')),
    fc.array(tie('tree')),
  ),
})).tree;

describe('the log', () => {
  it('writes one JSON record a line, with level, instant and message', () => {
    const { logger, lines } = bench();
    logger.warn({ attempt: 2 }, 'Postgres does not answer yet');
    expect(lines).toEqual([
      '{"level":"warn","time":"2026-01-02T03:04:05.678Z","attempt":2,"msg":"Postgres does not answer yet"}\n',
    ]);
  });

  it('leaves out what is below its level', () => {
    const { logger, lines } = bench({ level: 'warn' });
    logger.debug({}, 'a');
    logger.info({}, 'b');
    logger.error({}, 'c');
    expect(lines).toHaveLength(1);
  });

  it('says nothing at all when it is silent', () => {
    const { logger, lines } = bench({ level: 'silent' });
    logger.error({}, 'c');
    expect(lines).toEqual([]);
  });

  it('writes short lines for a person', () => {
    const { logger, lines } = bench({ pretty: true });
    logger.info({ port: 3000, path: '/sign in' }, 'Ready');
    expect(lines).toEqual(['03:04:05.678  info   Ready  port=3000  path="/sign in"\n']);
  });

  it('shows a person where an error came from', () => {
    const { logger, lines } = bench({ pretty: true });
    logger.error({ err: new TypeError('no such part') }, 'Failed');
    expect(lines[0]).toMatch(
      /^03:04:05\.678 {2}error {2}Failed\n {4}TypeError: no such part\n {4}at .*pino\.test\.ts/,
    );
  });

  it('gives every line of a request its id, across awaits, and no other line', async () => {
    const { logger, lines, context } = bench();
    await Promise.all(
      ['R1', 'R2'].map((id) =>
        context.run(id, async () => {
          await Promise.resolve();
          logger.info({ of: id }, 'within');
        }),
      ),
    );
    logger.info({}, 'outside');
    const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records.map(({ requestId, of }) => [requestId, of])).toEqual([
      ['R1', 'R1'],
      ['R2', 'R2'],
      [undefined, undefined],
    ]);
  });

  it('does not read formats in a message', () => {
    const { logger, record } = bench();
    logger.info({ a: 1 }, 'at 100%d %s %o %%');
    expect(record()['msg']).toBe('at 100%d %s %o %%');
  });
});

describe('forging a log line', () => {
  it.each([false, true])('is not possible by any field or message (pretty: %s)', (pretty) => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), nested),
        fc.string({ unit: 'binary' }),
        (fields, message) => {
          const { logger, lines } = bench({ pretty });
          logger.info(fields, message);
          expect(lines).toHaveLength(1);
          const [line = ''] = lines;
          expect(line.endsWith('\n')).toBe(true);
          expect(line.slice(0, -1)).not.toMatch(/[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]/);
        },
      ),
    );
  });

  it('is not possible by line feeds and escape sequences', () => {
    const { logger, lines } = bench({ pretty: true });
    logger.info({ agent: 'x\n03:04:05.678  error  forged\x1b[2K\u009b1m' }, 'said\r\nforged');
    expect(lines).toEqual([
      '03:04:05.678  info   said\\x0d\\x0aforged  agent="x\\n03:04:05.678  error  forged\\u001b[2K\\\\u009b1m"\n',
    ]);
  });

  it('is not possible by a field that bears the name of the record’s own', () => {
    const { logger, record, context } = bench();
    context.run('R1', () =>
      logger.info({ level: 'error', time: 'never', msg: 'forged', requestId: 'R2' }, 'true'),
    );
    expect(record()).toMatchObject({
      level: 'info',
      time: INSTANT.toISOString(),
      msg: 'true',
      requestId: 'R1',
    });
  });

  it('is not possible by a message of an error', () => {
    const { logger, lines } = bench({ pretty: true });
    logger.error({ err: new Error('a\n03:04:05.678  info  forged') }, 'Failed');
    const starts = (lines[0] ?? '').split('\n').filter((line) => /^\d/.test(line));
    expect(starts).toHaveLength(1);
  });
});

describe('secrets in the log', () => {
  const NAMES = `password newPassword secret client_secret clientSecret token access_token
    refreshToken id_token_hint code cookie Set-Cookie set-cookie authorization Authorization DPoP
    DATABASE_URL databaseUrl REDIS_URL smtpUrl AVIAN_SECRET_KEYS cookieKeys code_verifier
    client_assertion privateKey jwks uid sid hash`.split(/\s+/);

  it.each(NAMES)('do not come out under the name %s, at any depth', (name) => {
    const { logger, lines } = bench();
    const planted = { [name]: 'pl4nted' };
    logger.info(
      { ...planted, a: { b: [{ c: planted }] }, m: new Map([[name, 'pl4nted']]) },
      'planted',
    );
    logger.error(
      { err: new Error('outer', { cause: planted }), list: [[{ [name]: ['pl4nted'] }]] },
      'planted',
    );
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toContain('pl4nted');
  });

  it.each([
    'connect postgres://avian:pl4nted@db/avian failed',
    'redis://:pl4nted@cache:6379',
    'Authorization: Bearer pl4nted-pl4nted',
    'DPoP pl4nted-pl4nted',
    'GET /cb?code=pl4nted&state=x',
    'client_id=a&client_secret=pl4nted',
    'grant_type=refresh_token&refresh_token=pl4nted',
    'eyJhbGciOi.pl4nted.pl4nted',
    '$argon2id$v=19$m=19456,t=2,p=1$pl4nted$pl4nted',
  ])('do not come out of the text %s', (text) => {
    const { logger, lines } = bench();
    logger.info({ note: text, url: [text] }, text);
    logger.error({ err: new Error(text) }, 'Failed');
    expect(lines.join('')).not.toContain('pl4nted');
  });

  it('do not come out of a failed query, whose message ends in its values', () => {
    const { logger, lines } = bench();
    const err = Object.assign(
      new Error('Failed query: select $1\nparams: pl4nted,\n    at pl4nted'),
      {
        params: ['pl4nted'],
        query: 'select $1',
      },
    );
    logger.error({ err }, 'Failed');
    expect(lines.join('')).not.toContain('pl4nted');
    expect(lines[0]).toContain('Failed query: select $1');
  });

  it('leave a status, a port and a yes or no readable', () => {
    const { logger, record } = bench();
    logger.info({ statusCode: 200, hasPassword: true, port: 1, path: '/token', err: null }, 'fine');
    expect(record()).toMatchObject({
      statusCode: 200,
      hasPassword: true,
      port: 1,
      path: '/token',
      err: null,
    });
  });
});

describe('whatever it is given, the log', () => {
  it('never throws and stays short', () => {
    const { logger, lines } = bench();
    const circle: Record<string, unknown> = {
      big: 'x'.repeat(1_000_000),
      many: Array.from({ length: 10_000 }, () => 1),
    };
    circle['self'] = circle;
    circle['bytes'] = Buffer.alloc(1_000_000);
    circle['big2'] = 10n;
    circle['date'] = new Date(Number.NaN);
    circle['deep'] = Array.from({ length: 50 }).reduce<unknown>((within) => ({ within }), 'bottom');
    Object.defineProperty(circle, 'trap', {
      enumerable: true,
      get: () => {
        throw new Error('trapped');
      },
    });
    logger.info(circle, 'y'.repeat(1_000_000));
    expect(lines[0]?.length).toBeLessThan(40_000);
    expect(lines[0]).toContain('"trap":"[unreadable]"');
  });
});
