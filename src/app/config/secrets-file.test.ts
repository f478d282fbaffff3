import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIds } from '#src/infra/crypto/ids.ts';
import { openSecretsFile } from './secrets-file.ts';

const ids = createIds();
let parent = '';

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'avian-secrets-'));
});

afterEach(() => rmSync(parent, { recursive: true }));

describe('the secrets of an instance in development', () => {
  it('are made once, and are the same ever after', () => {
    const first = openSecretsFile(join(parent, 'data'), ids);
    expect(first).toMatchObject({ ok: true, value: { secretKeys: [{ id: 'k1' }] } });
    expect(openSecretsFile(join(parent, 'data'), ids)).toEqual(first);
    expect(openSecretsFile(join(parent, 'other'), ids)).not.toEqual(first);
  });

  it('are for the owner’s eyes only', () => {
    openSecretsFile(join(parent, 'data'), ids);
    expect(statSync(join(parent, 'data')).mode & 0o066).toBe(0);
    expect(statSync(join(parent, 'data/secrets.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(parent, 'data'))).toEqual(['secrets.json']);
  });

  it('are those of the process that was first, when two start at once', () => {
    const rival: { secrets?: unknown } = {};
    const slow = {
      ...ids,
      secret: (bytes?: number) => {
        rival.secrets ??= openSecretsFile(parent, ids);
        return ids.secret(bytes);
      },
    };
    expect(openSecretsFile(parent, slow)).toEqual(rival.secrets);
    expect(readdirSync(parent)).toEqual(['secrets.json']);
  });

  it.each([
    '',
    '{',
    'null',
    '{"secretKeys":[],"cookieKeys":[]}',
    '{"secretKeys":["k1:s3cr3t"],"cookieKeys":["s3cr3t"]}',
  ])('are not made anew over a damaged file: %j', (text) => {
    writeFileSync(join(parent, 'secrets.json'), text);
    const opened = openSecretsFile(parent, ids);
    expect(opened).toMatchObject({ ok: false });
    expect(JSON.stringify(opened)).toContain('damaged');
    expect(JSON.stringify(opened)).not.toContain('s3cr3t');
    expect(readFileSync(join(parent, 'secrets.json'), 'utf8')).toBe(text);
  });

  it('are refused where they can be neither read nor made', () => {
    mkdirSync(join(parent, 'secrets.json'));
    expect(openSecretsFile(parent, ids)).toEqual({
      ok: false,
      reason: 'secrets.json in it can be neither read nor made (EISDIR)',
    });
    writeFileSync(join(parent, 'file'), '');
    chmodSync(join(parent, 'file'), 0o600);
    expect(openSecretsFile(join(parent, 'file/data'), ids)).toMatchObject({ ok: false });
  });
});
