import { describe, expect, it } from 'vitest';
import { readRedisUrl } from './address.ts';

describe('a Redis URL', () => {
  it.each([
    [
      'redis://localhost',
      { kind: 'single', tls: false, nodes: [{ host: 'localhost', port: 6379 }], db: 0 },
    ],
    [
      'rediss://avian:p%40ss%3A%2F@redis.example:6380/3',
      {
        kind: 'single',
        tls: true,
        nodes: [{ host: 'redis.example', port: 6380 }],
        username: 'avian',
        password: 'p@ss:/',
        db: 3,
      },
    ],
    [
      'redis://:only@[::1]:7000/',
      { kind: 'single', tls: false, nodes: [{ host: '::1', port: 7000 }], password: 'only', db: 0 },
    ],
    [
      'redis+sentinel://u:p@one:26380,two/main/2?sentinel_username=su&sentinel_password=s%26p',
      {
        kind: 'sentinel',
        tls: false,
        nodes: [
          { host: 'one', port: 26380 },
          { host: 'two', port: 26379 },
        ],
        username: 'u',
        password: 'p',
        db: 2,
        master: 'main',
        sentinelUsername: 'su',
        sentinelPassword: 's&p',
      },
    ],
    [
      'rediss+cluster://10.0.0.1:7001,[fe80::1]:7002',
      {
        kind: 'cluster',
        tls: true,
        nodes: [
          { host: '10.0.0.1', port: 7001 },
          { host: 'fe80::1', port: 7002 },
        ],
        db: 0,
      },
    ],
  ])('%s says what it says', (url, address) => {
    expect(readRedisUrl(url)).toEqual(address);
  });

  it.each([
    '',
    'localhost:6379',
    'http://localhost:6379',
    'redis+other://host',
    'redis://',
    'redis://a,b',
    'redis://host:0',
    'redis://host:65536',
    'redis://host:port',
    'redis://host/one',
    'redis://host/1/2',
    'redis://hunter2@host',
    'redis://:hunter2@%host@@x',
    'redis://:hunter2%zz@host',
    'redis://:hunter2@host?db=1',
    'redis+cluster://host/1',
    'redis+sentinel://host',
    'redis+sentinel://host/main?password=hunter2',
    'redis+cluster://host?sentinel_password=hunter2',
  ])('is refused where it cannot be right: %s', (url) => {
    expect(() => readRedisUrl(url)).toThrow(TypeError);
    expect(() => readRedisUrl(url)).not.toThrow('hunter2');
  });
});
