import { expect, it } from 'vitest';
import { asObject, integerOf, listOf, parseObject, plainText, stringOf } from './json.js';

it('takes only objects for objects', () => {
  expect(asObject([])).toBeUndefined();
  expect(asObject(null)).toBeUndefined();
  expect(asObject({ a: 1 })).toEqual({ a: 1 });
});

it('parses objects within a size, and nothing else', () => {
  expect(parseObject('{"a":1}', 100)).toEqual({ a: 1 });
  expect(parseObject('{"a":1}', 3)).toBeUndefined();
  expect(parseObject('[1]', 100)).toBeUndefined();
  expect(parseObject('{', 100)).toBeUndefined();
});

it('limits strings by their bytes', () => {
  expect(stringOf({ name: 'éé' }, 'name', 4)).toBe('éé');
  expect(stringOf({ name: 'éé' }, 'name', 3)).toBeUndefined();
  expect(stringOf({ name: 5 }, 'name', 3)).toBeUndefined();
});

it('takes only safe integers for integers', () => {
  expect(integerOf({ n: 5 }, 'n')).toBe(5);
  expect(integerOf({ n: 5.5 }, 'n')).toBeUndefined();
  expect(integerOf({ n: '5' }, 'n')).toBeUndefined();
});

it('cuts lists to their limit', () => {
  expect(listOf([1, 2, 3], 2)).toEqual([1, 2]);
  expect(listOf('abc', 2)).toEqual([]);
});

it('makes text for people out of anything', () => {
  expect(plainText('a\u0000\n\u202eb', 10)).toBe('a b');
  expect(plainText('x'.repeat(100), 5)).toBe('xxxxx');
  expect(plainText({}, 5)).toBe('');
});
