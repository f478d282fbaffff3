import { describe, expect, it } from 'vitest';
import { readSmtpUrl } from './address.ts';

describe('an SMTP URL', () => {
  it.each([
    ['smtp://mail.x.test', { host: 'mail.x.test', port: 587, tls: false, isLoopback: false }],
    ['smtps://mail.x.test/', { host: 'mail.x.test', port: 465, tls: true, isLoopback: false }],
    ['SMTP://LOCALHOST:1025', { host: 'localhost', port: 1025, tls: false, isLoopback: true }],
    ['smtp://127.0.0.9:25', { host: '127.0.0.9', port: 25, tls: false, isLoopback: true }],
    ['smtp://[::1]:25', { host: '::1', port: 25, tls: false, isLoopback: true }],
    ['smtp://127.evil.test:25', { host: '127.evil.test', port: 25, tls: false, isLoopback: false }],
    [
      'smtps://a%40b:p%3A%2F@mail.x.test',
      {
        host: 'mail.x.test',
        port: 465,
        tls: true,
        auth: { user: 'a@b', password: 'p:/' },
        isLoopback: false,
      },
    ],
  ])('reads %s', (url, address) => {
    expect(readSmtpUrl(url)).toStrictEqual(address);
  });

  it.each([
    'mail.x.test',
    'https://mail.x.test',
    'smtp://',
    'smtp://user@mail.x.test',
    'smtp://u:p@w@mail.x.test',
    'smtp://mail.x.test?tls.rejectUnauthorized=false',
    'smtp://mail.x.test#x',
    'smtp://mail.x.test:0',
    'smtp://mail.x.test:65536',
    'smtp://mail x.test',
    'smtp://u:hunter2%zz@mail.x.test',
  ])('refuses %s, and repeats nothing of it', (url) => {
    const refused = () => readSmtpUrl(url);
    expect(refused).toThrow(TypeError);
    expect(refused).not.toThrow(/mail\.x\.test|hunter2/);
  });
});
