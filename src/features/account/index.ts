/**
 * Account: pages on which people look after their own account.
 *
 * They see every session they are in, with the browser, the address and the applications of each, and end
 * one or all the others (R7.7). Sessions themselves belong to the sessions' room and to the provider.
 */
export { type Application, onlySignedIn } from './gate.ts';
export { type AccountPagesDeps, createAccountPages } from './pages.ts';
export { createSignOuts, type SignOuts, type SignOutsDeps } from './sign-outs.ts';
