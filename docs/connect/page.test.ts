import { describe, expect, it } from 'vitest';
import { html, signedInPage } from './page.ts';

describe('a page', () => {
  it('escapes all that it is told', () => {
    const name = `<script>alert("x & 'y'")</script>`;
    const claims = {
      iss: 'i',
      aud: 'a',
      sub: 'ada',
      iat: 0,
      exp: 0,
      name,
      email: name,
      roles: [name],
    };
    const page = signedInPage('Flock', { idToken: 'token', claims });
    expect(page).not.toContain('<script>');
    expect(page).toContain('&lt;script&gt;alert(&quot;x &amp; &#39;y&#39;&quot;)');
  });

  it('takes its own templates as they are', () => {
    expect(html`<ul>${['<', 'b'].map((one) => html`<li>${one}</li>`)}</ul>`.html).toBe(
      '<ul><li>&lt;</li><li>b</li></ul>',
    );
  });
});
