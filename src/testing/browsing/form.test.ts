import { describe, expect, it } from 'vitest';
import { readDocument } from './document.ts';
import { submit } from './form.ts';

const BASE = new URL('https://idp.example/interaction/abc?x=1');
const press = (html: string, selector: string, values = {}) =>
  submit(readDocument(html), BASE, selector, values);

const SIGN_IN = `<form method=post action=/go><input type=hidden name=csrf value=token>
  <input name=login type=email required><input name=password type=password required maxlength=8>
  <button id=go name=way value=in>Go</button></form>`;

describe('submitting a form', () => {
  it('sends every field that counts, and the button that was pressed', () => {
    const sent = press(SIGN_IN, '#go', { login: 'ada@example.com', password: 'a b' });
    expect(sent.url.href).toBe('https://idp.example/go');
    expect(sent.body).toBe('csrf=token&login=ada%40example.com&password=a+b&way=in');
  });

  it('leaves out what is disabled, unnamed, unticked, or another button', () => {
    const html = `<form method=post><input name=a value=1 disabled><fieldset disabled><input name=b></fieldset>
      <input value=2><input type=checkbox name=c><input type=checkbox name=d checked>
      <button name=e value=1 id=x></button><button name=f value=2></button></form>`;
    expect(press(html, '#x').body).toBe('d=on&e=1');
  });

  it('finds the form that a button outside of it names', () => {
    const html =
      '<form id=f method=post action=/end><input name=xsrf value=s></form><button id=y form=f name=logout value=yes>';
    expect(press(html, '#y')).toMatchObject({ method: 'POST', body: 'xsrf=s&logout=yes' });
  });

  it('puts a GET form into the address, in place of its query', () => {
    expect(press('<form><input name=q value=1><button></button></form>', 'button').url.search).toBe(
      '?q=1',
    );
  });

  it('posts to the page itself when the form names no action', () => {
    expect(press('<form method=post><button></button></form>', 'button').url.href).toBe(BASE.href);
  });

  it('chooses in a list only what is there', () => {
    const html =
      '<form method=post><select name=lang><option value=en selected><option value=de></select><button>';
    expect(press(html, 'button').body).toBe('lang=en');
    expect(press(html, 'button', { lang: 'de' }).body).toBe('lang=de');
    expect(() => press(html, 'button', { lang: 'fr' })).toThrow('no choice');
  });

  it('does nothing that a person could not do', () => {
    expect(() => press(SIGN_IN, '#nowhere')).toThrow('There is no #nowhere');
    expect(() => press(SIGN_IN, '#go', { user: 'ada' })).toThrow('no field named user');
    expect(() => press('<button id=b>', '#b')).toThrow('belongs to no form');
    expect(() => press('<form><button type=button id=b></form>', '#b')).toThrow(
      'no button that submits',
    );
    expect(() => press('<form><button disabled id=b></form>', '#b')).toThrow('disabled');
  });

  it('is sent back by what the browser checks itself, unless the form says not to', () => {
    expect(() => press(SIGN_IN, '#go', { login: 'ada@example.com' })).toThrow(
      'password must not be empty',
    );
    expect(() => press(SIGN_IN, '#go', { login: 'ada', password: 'x' })).toThrow(
      'login must be an address',
    );
    expect(() => press(SIGN_IN, '#go', { login: 'a@b', password: 'x'.repeat(9) })).toThrow(
      'password holds 8',
    );
    expect(press(SIGN_IN.replace('method', 'novalidate method'), '#go').body).toContain('login=&');
  });
});
