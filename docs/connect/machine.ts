import * as oidc from 'openid-client';

export interface Machine {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The API that the token is for: one of the client's resources. */
  readonly resource: string;
  readonly scope?: string;
  /** Lets an issuer be plain http: for trying things out on one machine only. */
  readonly allowHttp?: boolean;
}

/** A program that acts on its own behalf: gets a token, and keeps it until shortly before it ends. */
export async function createMachine(machine: Machine): Promise<{ token(): Promise<string> }> {
  const provider = await oidc.discovery(
    new URL(machine.issuer),
    machine.clientId,
    {},
    oidc.ClientSecretBasic(machine.clientSecret),
    { execute: machine.allowHttp ? [oidc.allowInsecureRequests] : [] },
  );
  let kept: { token: string; until: number } | undefined;

  return {
    async token() {
      if (kept && performance.now() < kept.until) return kept.token;
      const answer = await oidc.clientCredentialsGrant(provider, {
        resource: machine.resource,
        ...(machine.scope && { scope: machine.scope }),
      });
      const seconds = (answer.expires_in ?? 0) - 30;
      kept = { token: answer.access_token, until: performance.now() + seconds * 1000 };
      return kept.token;
    },
  };
}
