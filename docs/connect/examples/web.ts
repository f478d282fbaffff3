import { createDemoApp } from '../app.ts';

const {
  ISSUER = 'http://localhost:3000',
  CLIENT_ID = '',
  CLIENT_SECRET = '',
  PORT = '3001',
} = process.env;

const app = await createDemoApp({
  name: 'Flock Dashboard',
  issuer: ISSUER,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  port: Number(PORT),
  allowHttp: new URL(ISSUER).protocol === 'http:',
});
console.log(`Flock Dashboard at ${app.url}`);
