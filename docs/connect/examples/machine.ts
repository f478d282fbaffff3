import { createMachine } from '../machine.ts';

const {
  ISSUER = 'http://localhost:3000',
  CLIENT_ID = '',
  CLIENT_SECRET = '',
  RESOURCE = 'https://api.example.com',
} = process.env;

const machine = await createMachine({
  issuer: ISSUER,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  resource: RESOURCE,
  allowHttp: new URL(ISSUER).protocol === 'http:',
});
console.log(await machine.token());
