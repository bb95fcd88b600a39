import { describe, expect, it } from 'vitest';
import { Drafts } from './drafts.js';

describe('Drafts', () => {
  it('keeps one text a chat, and none that is empty', () => {
    const drafts = new Drafts();
    drafts.write(undefined, 'new');
    drafts.write('a', 'one');
    drafts.write('a', 'two');
    drafts.write(undefined, '');
    expect([...drafts.get()]).toEqual([['a', 'two']]);
  });

  it('keeps an empty text of what is open until it is closed', () => {
    const drafts = new Drafts();
    drafts.keep('message', 'text');
    drafts.keep('message', '');
    expect(drafts.get().get('message')).toBe('');
    drafts.keep('message', undefined);
    expect(drafts.get().size).toBe(0);
  });

  it('forgets those left alone longest when there are too many', () => {
    const drafts = new Drafts();
    for (let at = 0; at < 60; at++) {
      drafts.write(`${at}`, 'text');
      drafts.write('0', `still written, ${at}`);
    }
    expect(drafts.get().size).toBe(50);
    expect(drafts.get().has('1')).toBe(false);
    expect(drafts.get().get('0')).toBe('still written, 59');
  });
});
