import { describe, expect, it } from 'vitest';
import { readRedisUrl } from './address.ts';
import { clusterOptions, pauseBefore, serverOptions } from './options.ts';

const failFast = {
  commandTimeout: 500,
  maxRetriesPerRequest: 1,
  autoResendUnfulfilledCommands: false,
};

describe('the options of a client', () => {
  it('fail fast and send nothing twice, for one server and through sentinels', () => {
    for (const url of ['redis://host', 'rediss://host', 'redis+sentinel://host/main']) {
      expect(serverOptions(readRedisUrl(url))).toMatchObject({
        ...failFast,
        enableOfflineQueue: false,
      });
    }
  });

  it('fail fast and send nothing twice on a cluster, whose nodes are told so too', () => {
    expect(clusterOptions(readRedisUrl('redis+cluster://host'))).toMatchObject({
      enableOfflineQueue: false,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      redisOptions: failFast,
    });
  });

  it('bound the wait for sentinels, who are shown no password but their own', () => {
    const url = 'redis+sentinel://u:p@one,two/main?sentinel_password=s';

    const options = serverOptions(readRedisUrl(url));
    expect(options).toMatchObject({
      sentinelCommandTimeout: 500,
      connectTimeout: 1000,
      name: 'main',
      username: 'u',
      password: 'p',
      sentinelPassword: 's',
    });
    expect(options).not.toHaveProperty('sentinelUsername');
  });

  it('ask for TLS wherever a connection is made', () => {
    const tls = { ca: 'PEM' };

    expect(serverOptions(readRedisUrl('rediss://host'), 'PEM')).toMatchObject({ tls });
    expect(serverOptions(readRedisUrl('rediss+sentinel://host/main'), 'PEM')).toMatchObject({
      tls,
      sentinelTLS: tls,
      enableTLSForSentinelMode: true,
    });
    expect(clusterOptions(readRedisUrl('rediss+cluster://host'), 'PEM')).toMatchObject({
      redisOptions: { tls },
      dnsLookup: expect.any(Function),
    });
    expect(serverOptions(readRedisUrl('redis://host'))).not.toHaveProperty('tls');
  });

  it('pause longer before each try, up to two seconds and a fifth, for ever', () => {
    const pauses = [1, 2, 3, 10, 1000, 1e9].map(pauseBefore);

    expect(pauses[0]).toBeLessThanOrEqual(60);
    expect(pauses.every((pause) => pause >= 40 && pause <= 2400)).toBe(true);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(1600);
  });
});
