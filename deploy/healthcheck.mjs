// Docker's HEALTHCHECK: exits with 0 when Avian answers at its own address, whatever stands in front.
import { get } from 'node:http';

const { AVIAN_ISSUER = 'http://localhost:3000', PORT = '3000' } = process.env;
const issuer = new URL(AVIAN_ISSUER);

get(
  {
    host: '127.0.0.1',
    port: PORT,
    path: '/.well-known/openid-configuration',
    headers: { host: issuer.host, 'x-forwarded-proto': issuer.protocol.slice(0, -1) },
  },
  (response) => {
    process.exitCode = (response.statusCode ?? 500) < 500 ? 0 : 1;
    response.resume();
  },
).on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
