import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, type Crowd, createCrowd, isGranted, isRefused, tally } from './crowd.ts';
import { createHttpClient } from './http-client.ts';
import { createLightBrowser } from './light-browser.ts';
import type { Pair } from './peers.ts';
import { askForCode } from './scenarios.ts';

export interface Raced {
  /** Codes that were redeemed once, by the process that did it. */
  readonly redeemedBy: [number, number];
  /** Of them, those whose refresh token worked afterwards: no try came late. */
  kept: number;
  /** Refresh tokens that had one successor. */
  rotated: number;
  /** What happened that must not. */
  readonly violations: string[];
}

/** A spent refresh token, and the one that came of it. */
interface Succession {
  readonly spent: string;
  readonly successor: string;
}

/** Past the seconds in which a spent refresh token is answered as an honest retry. */
const TOO_LATE_MS = 11_000;

/** Many hands on one code, then on one refresh token, round after round; in the end a use that comes too late. */
export async function race(pair: Pair, rounds: number, size: number): Promise<Raced> {
  using client = createHttpClient(size);
  const crowd = createCrowd(pair, client, size);
  const browser = createLightBrowser(client, pair.target.issuer);
  const raced: Raced = { redeemedBy: [0, 0], kept: 0, rotated: 0, violations: [] };
  let last: Succession | undefined;
  for (let round = 0; round < rounds; round += 1) {
    const code = async () => (await askForCode(pair.target, browser)).form;
    const won = await redeem(crowd, await code(), round, raced);
    const token = won ?? tokenIn(await crowd.post('/token', await code(), round));
    last = await rotate(crowd, token, round, raced);
  }
  if (last) await replay(crowd, last, raced);
  else raced.violations.push('no refresh token was left to be used too late');
  return raced;
}

/** One 200 and refusals else; says which token the winner's brought at the other process, if it lived on. */
async function redeem(
  crowd: Crowd,
  form: Readonly<Record<string, string>>,
  round: number,
  raced: Raced,
): Promise<string | undefined> {
  const answers = await crowd.rush(form, round);
  const [winner, ...more] = answers.filter(isGranted);
  if (!winner || more.length > 0 || answers.filter(isRefused).length !== answers.length - 1) {
    raced.violations.push(`round ${round}, one code: ${tally(answers)}`);
    return undefined;
  }
  raced.redeemedBy[winner.by === 0 ? 0 : 1] += 1;
  const after = await crowd.post('/token', refreshing(tokenIn(winner)), winner.by + 1);
  // A try that was taken up only after the winner's answer counts as reuse (ADR 0031).
  if (!isGranted(after)) return undefined;
  raced.kept += 1;
  return tokenIn(after);
}

/** Every use is answered, all with one successor, each with an access token of its own. */
async function rotate(
  crowd: Crowd,
  spent: string,
  round: number,
  raced: Raced,
): Promise<Succession | undefined> {
  const answers = await crowd.rush(refreshing(spent), round);
  const successors = new Set(answers.map(tokenIn));
  const access = new Set(answers.map(({ body }) => body['access_token']));
  const [successor = ''] = successors;
  const isRight =
    answers.every(isGranted) &&
    successors.size === 1 &&
    !['', spent].includes(successor) &&
    access.size === answers.length;
  if (!isRight) {
    const found = `${successors.size} successors, ${access.size} access tokens`;
    raced.violations.push(`round ${round}, one refresh token: ${found}; ${tally(answers)}`);
    return undefined;
  }
  raced.rotated += 1;
  return { spent, successor };
}

/** A late use is refused, and ends a family that was alive until then. */
async function replay(
  crowd: Crowd,
  { spent, successor }: Succession,
  { violations }: Raced,
): Promise<void> {
  await pause(TOO_LATE_MS);
  const before = await crowd.post('/token/introspection', { token: successor }, 0);
  const late = await crowd.post('/token', refreshing(spent), 0);
  const heir = await crowd.post('/token', refreshing(successor), 1);
  if (before.body['active'] !== true) {
    violations.push(`the successor before the late use: ${JSON.stringify(before.body)}`);
  }
  if (!isRefused(late)) violations.push(`a late use: ${tally([late])}`);
  if (!isRefused(heir)) violations.push(`the successor after a late use: ${tally([heir])}`);
}

function refreshing(token: string) {
  return { grant_type: 'refresh_token', refresh_token: token };
}

function tokenIn({ body }: Answer): string {
  const token = body['refresh_token'];
  return typeof token === 'string' ? token : '';
}
