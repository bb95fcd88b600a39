import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { beforeAll, describe, expect, it } from 'vitest';
import { Markdown } from './markdown.js';
import { safeUrl } from './safe-url.js';

beforeAll(() => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
});

function draw(text: string): HTMLElement {
  const box = document.createElement('div');
  act(() => createRoot(box).render(<Markdown text={text} growing={false} />));
  return box;
}

const HOSTILE = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  'text <b onclick="alert(1)">bold</b> text',
  '<iframe src="https://example.org"></iframe>',
  '<svg/onload=alert(1)>',
  '[a](javascript:alert(1))',
  '[a](JaVaScRiPt:alert(1))',
  '[a](&#106;avascript:alert(1))',
  '[a](data:text/html,<script>alert(1)</script>)',
  '[a](vbscript:x)',
  '![a](javascript:alert(1))',
  '![a](https://example.org/tracker.png)',
  '<javascript:alert(1)>',
  '- <script>alert(1)</script>\n- b',
  '| a |\n|---|\n| <img src=x onerror=alert(1)> |',
  '[a]: javascript:alert(1)\n\n[a]',
];

describe('Markdown', () => {
  it.each(HOSTILE)('makes nothing that acts of %s', (text) => {
    const box = draw(text);
    expect(
      box.querySelector('script, img, iframe, svg:not(.icon), object, embed, style, link, form'),
    ).toBeNull();
    for (const element of box.querySelectorAll('.markdown *:not(.code-block *)')) {
      for (const name of element.getAttributeNames()) expect(name.startsWith('on')).toBe(false);
    }
    for (const link of box.querySelectorAll('a')) expect(link.getAttribute('href')).toMatch(/^https?:/);
  });

  it('shows raw HTML as the text it is', () => {
    expect(draw('a <b>c</b>').textContent).toBe('a <b>c</b>');
  });

  it('draws what answers are made of', () => {
    const box = draw(
      '# T\n\n1. a\n2. **b**\n\n```js\nx < y\n```\n\n| h |\n|:-:|\n| c |\n\n> q\n\nAT&amp;T `a<b>` ~~no~~ <https://example.org>',
    );
    expect(box.querySelector('h3')?.textContent).toBe('T');
    expect(box.querySelectorAll('ol > li')).toHaveLength(2);
    expect(box.querySelector('pre code')?.textContent).toBe('x < y');
    expect(box.querySelector('td.align-center')?.textContent).toBe('c');
    expect(box.querySelector('blockquote')?.textContent).toBe('q');
    expect(box.textContent).toContain('AT&T a<b> no');
    expect(box.querySelector('a')?.getAttribute('rel')).toContain('noopener');
  });
});

describe('a link with an image in it', () => {
  it.each([
    ['is one link', '[![Build](https://example.org/a.png)](https://example.org/b)', 'https://example.org/b'],
    [
      'is one link also when the image is emphasised',
      '[see **![Build](https://example.org/a.png)**](https://example.org/b)',
      'https://example.org/b',
    ],
    [
      'leads to the image when it may lead nowhere itself',
      '[![Build](https://example.org/a.png)](javascript:alert(1))',
      'https://example.org/a.png',
    ],
  ])('%s', (_what, text, href) => {
    const box = draw(text);
    expect(box.textContent).toContain('Image: Build');
    expect([...box.querySelectorAll('a')].map((link) => link.getAttribute('href'))).toEqual([href]);
  });
});

describe('safeUrl', () => {
  it.each(['javascript:alert(1)', 'data:text/html,x', '/relative', '#x', 'file:///etc/passwd', 'blob:x', ''])(
    'refuses %s',
    (url) => {
      expect(safeUrl(url)).toBeUndefined();
    },
  );
  it.each(['https://example.org/a?b=c', 'http://example.org/', 'mailto:someone@example.org'])(
    'takes %s',
    (url) => {
      expect(safeUrl(url)).toBe(url);
    },
  );
});
