/**
 * Monitoring: how an instance fares, for whoever keeps it running.
 *
 * `/api/health` says that it answers, `/api/health/live` how the process does, `/api/health/ready` whether
 * requests should be sent here: both stores answer within a second, tenants are kept apart, and nobody asked it to
 * stop (R18.1–R18.4, R32).
 * Probes know an address and no host name, so these three are answered before the host is looked at; they
 * take no input, and any number of probes at once ask each store once.
 *
 * Owns: nothing. Records: nothing. Answers for: security cases 223, 233, 238.
 */
export { createHealthApi } from './api.ts';
export {
  createHealth,
  type Figures,
  type Health,
  type HealthDeps,
  type Lifecycle,
} from './health.ts';
export { createReachability } from './store.pg.ts';
