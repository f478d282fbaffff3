export interface DemoAppOptions {
  /** What people see, and what tells its cookies from those of another application on this host. */
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The port to listen on at loopback; the system gives one unless told. */
  readonly port?: number;
  /** Where browsers find it, if that is not the port itself: behind a proxy, say. */
  readonly baseUrl?: string;
  readonly allowHttp?: boolean;
  readonly scope?: string;
  readonly responseMode?: 'query' | 'form_post';
  /** Reaches the provider; the built-in `fetch` unless given. */
  readonly fetch?: typeof globalThis.fetch;
}
