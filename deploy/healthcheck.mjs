// Docker's HEALTHCHECK: exits with 0 when Avian answers, whatever stands in front of it.
import { get } from 'node:http';

const { PORT = '3000' } = process.env;

get({ host: '127.0.0.1', port: PORT, path: '/api/health/live' }, (response) => {
  process.exitCode = response.statusCode === 200 ? 0 : 1;
  response.resume();
}).on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
