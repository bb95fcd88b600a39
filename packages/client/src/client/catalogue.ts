import {
  asObject,
  booleanOf,
  integerOf,
  listOf,
  plainText,
  stringOf,
  type JsonObject,
} from '../core/json.js';
import type { LegacyModel } from '../legacy/legacy-channel.js';
import type { Engine, Model } from './types.js';

const MAX_MODELS = 1000;
const MAX_ENGINES = 64;
const MAX_CAPABILITIES = 16;

/** What a host shares, as its catalogue says. */
export interface Catalogue {
  readonly models: readonly Model[];
  readonly engines: readonly Engine[];
}

function texts(value: unknown): readonly string[] {
  return listOf(value, MAX_CAPABILITIES).flatMap((entry) => {
    const text = plainText(entry, 64);
    return text === '' ? [] : [text];
  });
}

function parseEngine(value: unknown): { readonly id: string; readonly engine: Engine } | undefined {
  const object = asObject(value);
  if (object === undefined) return undefined;
  const id = plainText(object['id'], 128);
  const name = plainText(object['name'], 64) || id;
  if (name === '') return undefined;
  const online = booleanOf(object, 'up') ?? true;
  return { id, engine: { name, kind: plainText(object['kind'], 32), online } };
}

function parseModel(value: unknown, engineNames: ReadonlyMap<string, string>): Model | undefined {
  const object: JsonObject | undefined = asObject(value);
  const id = object === undefined ? undefined : stringOf(object, 'id', 512);
  if (object === undefined || id === undefined || id === '') return undefined;
  const engineId = plainText(object['engine'], 128);
  const family = plainText(object['family'], 64);
  const parameters = plainText(object['parameters'], 32);
  const quantization = plainText(object['quantization'], 32);
  const size = integerOf(object, 'size');
  const contextLength = integerOf(object, 'contextLength');
  return {
    id,
    name: plainText(object['name'], 128) || plainText(id, 128),
    engine: engineNames.get(engineId) ?? engineId,
    capabilities: texts(object['capabilities']),
    ...(family === '' ? {} : { family }),
    ...(parameters === '' ? {} : { parameters }),
    ...(quantization === '' ? {} : { quantization }),
    ...(size === undefined || size <= 0 ? {} : { size }),
    ...(contextLength === undefined || contextLength <= 0 ? {} : { contextLength }),
    ...(booleanOf(object, 'loaded') === true ? { loaded: true } : {}),
    ...(booleanOf(object, 'stale') === true ? { stale: true } : {}),
  };
}

/**
 * Reads the object of `GET /pantheon/catalogue` and of `catalogue` pushes. At most 1,000 models and 64 engines; entries
 * without an id are left out. Undefined when it is no catalogue at all. Pure.
 */
export function parseCatalogue(value: unknown): Catalogue | undefined {
  const object = asObject(value);
  if (object === undefined || !Array.isArray(object['models'])) return undefined;
  const engines = listOf(object['engines'], MAX_ENGINES).flatMap((entry) => parseEngine(entry) ?? []);
  const names = new Map(engines.map(({ id, engine }) => [id, engine.name]));
  const models = listOf(object['models'], MAX_MODELS).flatMap((entry) => parseModel(entry, names) ?? []);
  return { models, engines: engines.map(({ engine }) => engine) };
}

/** The catalogue of a host that speaks the older messages. */
export function legacyCatalogue(models: readonly LegacyModel[]): Catalogue {
  const converted = models.map(({ name, displayName, provider }) => ({
    id: name,
    name: displayName,
    engine: provider,
    capabilities: [],
  }));
  return { models: converted, engines: [] };
}
