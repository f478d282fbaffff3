import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAssets } from './assets.ts';
import { createToolkit, serve } from './bench.ts';

const { digest } = createToolkit();

function folder(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'avian-assets-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

describe('an asset', () => {
  it('may be kept for good, and says what it is', async () => {
    const { stack, assets } = createToolkit();
    const { ask } = await serve(...stack);
    const { status, headers, text } = await ask(assets.url('sign-in.js'));
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-length': String(Buffer.byteLength(text)),
      etag: expect.stringMatching(/^".+"$/),
    });
  });

  it('is sent again only when it has changed', async () => {
    const { stack, assets } = createToolkit();
    const { ask } = await serve(...stack);
    const url = assets.url('avian.css');
    const { headers } = await ask(url);
    const again = await ask(url, { headers: { 'if-none-match': headers.etag ?? '' } });
    expect([again.status, again.text]).toEqual([304, '']);
    const other = await ask(url, { headers: { 'if-none-match': '"another"' } });
    expect(other.status).toBe(200);
  });

  it('answers HEAD with its length alone', async () => {
    const { stack, assets } = createToolkit();
    const { ask } = await serve(...stack);
    const { status, headers, text } = await ask(assets.url('mark.svg'), { method: 'HEAD' });
    expect([status, text]).toEqual([200, '']);
    expect(Number(headers['content-length'])).toBeGreaterThan(0);
  });

  it.each([
    '/assets/avian.css',
    '/assets/',
    '/assets',
    '/assets/avian.000000000000.css',
    '/assets/../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/layouts/base.eta',
    '/assets/avian.css%00.svg',
  ])('is not found at %s', async (path) => {
    const { stack } = createToolkit();
    const { ask } = await serve(...stack);
    expect((await ask(path)).status).toBe(404);
  });

  it('takes no POST', async () => {
    const { stack, assets } = createToolkit();
    const { ask } = await serve(...stack);
    expect((await ask(assets.url('avian.css'), { method: 'POST' })).status).toBe(404);
  });

  it('has a name that changes with its content only', () => {
    const one = createAssets({ dir: folder({ 'a.css': 'x{}' }), digest });
    const same = createAssets({ dir: folder({ 'a.css': 'x{}' }), digest });
    const other = createAssets({ dir: folder({ 'a.css': 'y{}' }), digest });
    expect(one.url('a.css')).toMatch(/^\/assets\/a\.[\w-]{12}\.css$/);
    expect(one.url('a.css')).toBe(same.url('a.css'));
    expect(one.url('a.css')).not.toBe(other.url('a.css'));
  });

  it('can live elsewhere, under a name of its own', async () => {
    const elsewhere = folder({ 'rules.js': 'export const most = 128;' });
    const more = [{ name: 'password-rules.js', path: join(elsewhere, 'rules.js') }];
    const assets = createAssets({ dir: folder({}), more, digest });
    expect(assets.url('password-rules.js')).toMatch(/^\/assets\/password-rules\.[\w-]{12}\.js$/);
    const { ask } = await serve(assets.serve);
    const { text } = await ask(assets.url('password-rules.js'));
    expect(text).toBe('export const most = 128;');
  });

  it('stops the start when it is of no known kind, and a page when it is missing', () => {
    expect(() => createAssets({ dir: folder({ 'a.html': '' }), digest })).toThrow('.html');
    expect(() => createAssets({ dir: folder({}), digest }).url('a.css')).toThrow('a.css');
  });
});
