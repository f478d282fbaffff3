import type { ClientId, TenantId, UserId } from '#src/kernel/ids.ts';
import type { Outcome } from '#src/kernel/outcome.ts';

/** The web exchange an interaction is read from: a Koa context, opaque to the rules. */
export type Exchange = object;

/** What one interaction of the provider asks of the person at the browser. */
export interface Interaction {
  /** The cookie's value: names the interaction; never in a log, a mail or an audit entry. */
  readonly uid: string;
  readonly prompt: 'login' | 'consent';
  readonly client: {
    readonly id: ClientId;
    readonly name: string;
    /** The host its redirect URI leads to: what a person can compare. */
    readonly host?: string;
    /** The tenant whose users alone may enter; none where all tenants share the client. */
    readonly tenantId?: TenantId;
  };
  /** What the application thinks the address is; already cut and cleaned. */
  readonly loginHint?: string;
  /** The CSP source a form on this page may end at: the origin or scheme of the redirect URI (D17, F9). */
  readonly formTarget: string;
  /** Who is signed in already, at `consent`. */
  readonly userId?: UserId;
  /** What the application asks for and was not granted yet, at `consent`. */
  readonly asked: {
    readonly scopes: readonly string[];
    readonly claims: readonly string[];
    readonly resources: Readonly<Record<string, readonly string[]>>;
  };
}

/** The address the browser goes on to. */
export type Onward = Outcome<string, 'gone'>;

/** What sign-in tells the provider once a person is through. */
export interface SignedIn {
  readonly userId: UserId;
  readonly at: Date;
  /** RFC 8176 names: `pwd`, later `otp`, `mfa`, `hwk`. */
  readonly amr: readonly string[];
  readonly acr: string;
}

/**
 * The provider, as sign-in sees it. Each finishing call answers with the address the browser goes on
 * to, or `gone`, as `read` does; of parallel calls on one interaction the provider lets one produce a
 * code.
 */
export interface Interactions {
  /** `gone`: expired, finished, replayed, or another browser's. */
  read(exchange: Exchange): Promise<Outcome<Interaction, 'gone'>>;
  signIn(exchange: Exchange, signedIn: SignedIn): Promise<Onward>;
  /** Grants all that `asked` names. */
  allow(exchange: Exchange): Promise<Onward>;
  /** Back to the application with `access_denied` (RFC 6749 §4.1.2.1). */
  deny(exchange: Exchange): Promise<Onward>;
  /** Ends the session that is signed in and starts the request anew: "not you?". */
  switchUser(exchange: Exchange): Promise<Onward>;
}
