import { utf8Length } from './bytes.js';

/** A JSON object whose members nobody has checked yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The value as an object; undefined for arrays, null and everything else. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

/** The text as a JSON object; undefined when it is none, or longer than `maxLength` UTF-16 units. */
export function parseObject(text: string, maxLength: number): JsonObject | undefined {
  if (text.length > maxLength) return undefined;
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** A member that is a string of at most `maxBytes` bytes of UTF-8; undefined otherwise. */
export function stringOf(object: JsonObject, name: string, maxBytes: number): string | undefined {
  const value = object[name];
  if (typeof value !== 'string' || value.length > maxBytes) return undefined;
  return utf8Length(value) <= maxBytes ? value : undefined;
}

/** A member that is a finite number; undefined otherwise. */
export function numberOf(object: JsonObject, name: string): number | undefined {
  const value = object[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A member that is an integer; undefined otherwise. */
export function integerOf(object: JsonObject, name: string): number | undefined {
  const value = object[name];
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}

/** A member that is true or false; undefined otherwise. */
export function booleanOf(object: JsonObject, name: string): boolean | undefined {
  const value = object[name];
  return typeof value === 'boolean' ? value : undefined;
}

/** The first `limit` entries of a value that is an array; none for anything else. */
export function listOf(value: unknown, limit: number): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, limit) : [];
}

/** Text for people: control characters and line breaks out, cut to `limit` characters. */
export function plainText(value: unknown, limit: number): string {
  if (typeof value !== 'string') return '';
  return value
    .slice(0, limit * 2)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, limit);
}
