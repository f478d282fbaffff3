/**
 * Sign-in: from an application's request to a person who is known, on one screen.
 *
 * Address and password, then whatever steps are due, then the end; the state is kept on the server and
 * moved by compare-and-set, so nothing exists (no session, no code) before the last step (D12). The
 * provider is reached through the port `Interactions` only. Consent, cancel and "not you?" end the
 * same interaction.
 *
 * Owns: sign-in states, in the ephemeral store. Records: `sign-in.succeeded`, `sign-in.challenged`,
 * `sign-in.refused`, `password.changed`.
 * Answers for: P20, P38, P56.
 */

export { ACR_PASSWORD } from './course.ts';
export { type Application, applicationOf, createWayBack, type WayBack } from './gate.ts';
export type { Exchange, Interaction, Interactions, Onward, SignedIn } from './interactions.ts';
export { createSignInPages, type SignInPagesDeps } from './pages.ts';
export { createSignIn, type SignIn, type SignInDeps } from './service.ts';
