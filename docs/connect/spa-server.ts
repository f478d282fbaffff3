import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { close, listen } from './http.ts';

export interface SpaOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly port?: number;
  readonly baseUrl?: string;
  readonly allowHttp?: boolean;
}

/** Serves the single-page application as it stands: in place of a bundler, an import map. */
export async function createSpaServer(options: SpaOptions) {
  const importMap = JSON.stringify({ imports: IMPORTS });
  const files = pages(options, importMap);
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    `script-src 'self' 'sha256-${createHash('sha256').update(importMap).digest('base64')}'`,
    `connect-src 'self' ${new URL(options.issuer).origin}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = files.get(pathname) ?? moduleAt(pathname);
    response.setHeader('content-security-policy', policy);
    response.setHeader('x-content-type-options', 'nosniff');
    if (file) response.writeHead(200, { 'content-type': file.type }).end(file.text);
    else response.writeHead(404).end();
  });
  const address = await listen(server, options.port ?? 0);
  return { url: options.baseUrl ?? address, address, close: () => close(server) };
}

interface File {
  readonly type: string;
  readonly text: string | Buffer;
}

const SCRIPT = 'text/javascript; charset=utf-8';

/** Where the browser finds what a bundler would have packed. */
const IMPORTS: Readonly<Record<string, string>> = {
  'openid-client': '/modules/openid-client/build/index.js',
  oauth4webapi: '/modules/oauth4webapi/build/index.js',
  'jose/errors': '/modules/jose/dist/webapi/util/errors.js',
  'jose/jwe/compact/decrypt': '/modules/jose/dist/webapi/jwe/compact/decrypt.js',
};

function pages(
  { issuer, clientId, allowHttp = false }: SpaOptions,
  importMap: string,
): Map<string, File> {
  const own = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');
  return new Map<string, File>([
    [
      '/',
      {
        type: 'text/html; charset=utf-8',
        text: own('./spa/index.html').replace(
          /<!--.*?-->/s,
          `<script type="importmap">${importMap}</script>`,
        ),
      },
    ],
    ['/main.js', { type: SCRIPT, text: own('./spa/main.js') }],
    ['/style.css', { type: 'text/css; charset=utf-8', text: own('./style.css') }],
    [
      '/settings.json',
      { type: 'application/json', text: JSON.stringify({ issuer, clientId, allowHttp }) },
    ],
  ]);
}

/** A script of one of the three packages, and of no other; a path that climbs out finds nothing. */
function moduleAt(pathname: string): File | undefined {
  const found = /^\/modules\/((?:openid-client|oauth4webapi|jose)\/[\w/]+\.js)$/.exec(pathname);
  if (!found) return undefined;
  try {
    return {
      type: SCRIPT,
      text: readFileSync(new URL(`../../node_modules/${found[1]}`, import.meta.url)),
    };
  } catch {
    // Not in the package: the same answer as for any other address that leads nowhere.
    return undefined;
  }
}
