import { Router } from '@koa/router';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Ask, createToolkit, form, serve } from './bench.ts';
import { createFormBody } from './body.ts';
import { readForm, readJson, readParams, readQuery } from './input.ts';

const Person = z.strictObject({ name: z.string().max(10, 'Use up to 10 characters.') });
const Deep = z.object({ tags: z.array(z.object({ name: z.string() })) });

async function serveInputs() {
  const router = new Router();
  router.post('/form', createFormBody(), (ctx) => {
    ctx.body = readForm(ctx, Person);
  });
  router.post('/unread', (ctx) => {
    ctx.body = readForm(ctx, Person);
  });
  router.get('/query', (ctx) => {
    ctx.body = readQuery(ctx, Person);
  });
  router.get('/params/:name', (ctx) => {
    ctx.body = readParams(ctx, Person);
  });
  router.post('/json', async (ctx) => {
    ctx.body = await readJson(ctx, Deep);
  });
  return serve(...createToolkit().stack, router);
}

const json = (value: unknown): Ask => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

describe('input', () => {
  it.each([
    ['a form', '/form', form({ name: 'Ada', csrf: 'token' })],
    ['a query', '/query?name=Ada', {}],
    ['a path', '/params/Ada', {}],
  ])('comes typed out of %s', async (_, path, ask) => {
    const served = await serveInputs();
    expect((await served.ask(path, ask)).text).toBe('{"name":"Ada"}');
  });

  it.each([
    ['a missing field', '/form', form({}), '#/name'],
    ['a field too long', '/form', form({ name: 'x'.repeat(11) }), '#/name'],
    ['an unknown field', '/form', form({ name: 'Ada', role: 'admin' }), '#/role'],
    ['NUL in a form', '/form', form({ name: 'a\0b' }), '#/name'],
    ['NUL in a query', '/query?name=%00', {}, '#/name'],
    ['NUL in a path', '/params/%00', {}, '#/name'],
    ['a control character', '/form', form({ name: '\u001b[2J' }), '#/name'],
    [
      'NUL deep in JSON',
      '/json',
      json({ tags: [{ name: 'ok' }, { name: 'a\0' }] }),
      '#/tags/1/name',
    ],
    ['a lone surrogate in JSON', '/json', json({ tags: [{ name: '\ud800' }] }), '#/tags/0/name'],
    ['NUL in a name of JSON', '/json', json({ tags: [], 'a\0': 1 }), '#'],
  ])('is refused with %s', async (_, path, ask, pointer) => {
    const served = await serveInputs();
    const { status, text } = await served.ask(path, ask);
    expect(status).toBe(400);
    expect(JSON.parse(text).errors[0].pointer).toBe(pointer);
    expect(text).not.toContain('\0');
  });

  it.each([
    ['a query that says a thing twice', '/query?name=a&name=b'],
    ['a query that is no UTF-8', '/query?name=%ff'],
  ])('is refused of %s', async (_, path) => {
    const { ask } = await serveInputs();
    expect((await ask(path)).status).toBe(400);
  });

  it('is the path itself where that cannot be decoded', async () => {
    const { ask } = await serveInputs();
    expect((await ask('/params/%ff%zz')).text).toBe('{"name":"%ff%zz"}');
  });

  it('is refused when it is nested deeper than anything we read', async () => {
    const { ask } = await serveInputs();
    const body = `{"tags":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
    expect((await ask('/json', { ...json({}), body })).status).toBe(400);
  });

  it('says of a field the first thing that is wrong with it', async () => {
    const { ask } = await serveInputs();
    const { text } = await ask('/form', form({ name: 'x'.repeat(11) }));
    expect(JSON.parse(text).errors).toEqual([
      { pointer: '#/name', detail: 'Use up to 10 characters.' },
    ]);
  });

  it('is refused where no form came', async () => {
    const { ask } = await serveInputs();
    expect((await ask('/unread', form({ name: 'Ada' }))).status).toBe(400);
  });
});
