import { signInFromComputer } from '../native.ts';

const { ISSUER = 'http://localhost:3000', CLIENT_ID = '' } = process.env;

const tokens = await signInFromComputer({
  issuer: ISSUER,
  clientId: CLIENT_ID,
  allowHttp: new URL(ISSUER).protocol === 'http:',
  openBrowser: (url) => console.log(`Open this in your browser:\n${url}`),
});
console.log(tokens.claims());
