import type { Middleware } from 'koa';

/**
 * Asks crawlers to stay away: each "Sign in" link they follow from an application would begin a
 * sign-in that nobody finishes.
 */
export const robots: Middleware = async (ctx, next) => {
  if (ctx.path !== '/robots.txt' || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next();
  ctx.set('Cache-Control', 'public, max-age=86400');
  ctx.type = 'text/plain; charset=utf-8';
  ctx.body = 'User-agent: *\nDisallow: /\n';
};
