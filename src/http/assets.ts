import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Middleware } from 'koa';
import type { Digest } from '#src/kernel/ports.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const PREFIX = '/assets/';
const FINGERPRINT_LENGTH = 12;

interface Asset {
  readonly path: string;
  readonly type: string;
  readonly bytes: Buffer;
}

export interface Assets {
  /** The address of a file, changing with its content; throws when there is none of that name. */
  url(name: string): string;
  readonly serve: Middleware;
}

/** A file, and the name pages know it by. */
export interface AssetFile {
  readonly name: string;
  readonly path: string;
}

export interface AssetsSettings {
  readonly dir: string;
  /** Files that live elsewhere. */
  readonly more?: readonly AssetFile[];
  readonly digest: Digest;
}

/**
 * The stylesheets, scripts and images in `dir` and elsewhere, read once. Each is served under a name that
 * holds a fingerprint of its content, so that browsers may keep it for good.
 */
export function createAssets({ dir, more = [], digest }: AssetsSettings): Assets {
  const files = [...readdirSync(dir).map((name) => ({ name, path: join(dir, name) })), ...more];
  const named = new Map(files.map((file) => [file.name, readAsset(file, digest)]));
  const served = new Map([...named.values()].map((asset) => [asset.path, asset]));
  return {
    url(name) {
      const asset = named.get(name);
      if (!asset) throw new TypeError(`There is no asset ${name}.`);
      return asset.path;
    },
    serve: async (ctx, next) => {
      const asset = served.get(ctx.path);
      if (!asset || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next();
      ctx.type = asset.type;
      ctx.etag = asset.path;
      ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
      ctx.status = 200;
      if (ctx.fresh) ctx.status = 304;
      else ctx.body = asset.bytes;
    },
  };
}

function readAsset({ name, path: file }: AssetFile, digest: Digest): Asset {
  const extension = extname(name);
  const type = TYPES[extension];
  if (!type) throw new TypeError(`An asset of the kind ${extension} has no type.`);
  const bytes = readFileSync(file);
  const fingerprint = digest.of('asset', bytes.toString('latin1')).slice(0, FINGERPRINT_LENGTH);
  const path = `${PREFIX}${name.slice(0, -extension.length)}.${fingerprint}${extension}`;
  return { path, type, bytes };
}
