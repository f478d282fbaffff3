import { createDemoApp, type DemoApp } from './app.ts';

export interface DemoClient {
  readonly id: string;
  readonly secret: string;
  readonly port: number;
}

export interface DemoApps {
  readonly apps: readonly { readonly name: string; readonly url: string }[];
  close(): Promise<void>;
}

/** What each of them is called, in the order of their ports. */
export const DEMO_NAMES: readonly string[] = ['Flock Dashboard', 'Flock Wiki'];

/** Starts one application for each client: the same code, and one sign-in for all of them. */
export async function startDemoApps(options: {
  readonly issuer: string;
  readonly clients: readonly DemoClient[];
}): Promise<DemoApps> {
  const named = options.clients.map((client, index) => ({
    name: DEMO_NAMES[index] ?? `Flock ${index + 1}`,
    issuer: options.issuer,
    clientId: client.id,
    clientSecret: client.secret,
    port: client.port,
    allowHttp: true,
  }));
  const started = await Promise.allSettled(named.map(createDemoApp));
  const apps = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = started.find((one) => one.status === 'rejected');
  if (failed) {
    await closeAll(apps);
    throw failed.reason;
  }
  return { apps: apps.map(({ name, url }) => ({ name, url })), close: () => closeAll(apps) };
}

async function closeAll(apps: readonly DemoApp[]): Promise<void> {
  await Promise.all(apps.map((app) => app.close()));
}

/** What a demo application has to be registered with, given where it will run. */
export function demoRegistration(port: number) {
  const url = `http://localhost:${port}`;
  return {
    redirectUris: [`${url}/callback`],
    postLogoutRedirectUris: [`${url}/signed-out`],
    backchannelLogoutUri: `${url}/backchannel-logout`,
  };
}
