import { expect, it } from 'vitest';
import { answerLocks } from './answer-locks.js';

/** As much of Web Locks as is used, without a second holder of one name. */
function fakeLocks(): LockManager {
  const names = new Set<string>();
  const request = async (name: string, work: () => Promise<void>): Promise<void> => {
    names.add(name);
    await work();
    names.delete(name);
  };
  const query = (): Promise<LockManagerSnapshot> =>
    Promise.resolve({ held: [...names, 'another'].map((name) => ({ name })) });
  return { request, query } as unknown as LockManager;
}

it('tells every tab which answers are held, until they are released', async () => {
  const locks = fakeLocks();
  const release = answerLocks(locks).hold('a');
  expect(await answerLocks(locks).held()).toEqual(new Set(['a']));
  release();
  await Promise.resolve();
  await Promise.resolve();
  expect(await answerLocks(locks).held()).toEqual(new Set());
});

it('tells of none on plain http, where there are no locks', async () => {
  const locks = answerLocks(undefined);
  locks.hold('a')();
  expect(await locks.held()).toEqual(new Set());
});
