import { expect, it } from 'vitest';
import { legacyCatalogue, parseCatalogue } from './catalogue.js';

it('reads models with the engine that runs them', () => {
  const catalogue = parseCatalogue({
    host: { name: 'Study' },
    engines: [{ id: 'ollama-1', kind: 'ollama', name: 'Ollama', up: false }],
    models: [
      {
        id: 'llama3.2:3b',
        name: 'Llama 3.2',
        engine: 'ollama-1',
        size: 2_000_000_000,
        parameters: '3.2B',
        quantization: 'Q4_K_M',
        contextLength: 131072,
        family: 'llama',
        capabilities: ['completion', 'tools'],
        loaded: true,
        stale: true,
      },
    ],
  });
  expect(catalogue?.engines).toEqual([{ name: 'Ollama', kind: 'ollama', online: false }]);
  expect(catalogue?.models).toEqual([
    {
      id: 'llama3.2:3b',
      name: 'Llama 3.2',
      engine: 'Ollama',
      size: 2_000_000_000,
      parameters: '3.2B',
      quantization: 'Q4_K_M',
      contextLength: 131072,
      family: 'llama',
      capabilities: ['completion', 'tools'],
      loaded: true,
      stale: true,
    },
  ]);
});

it('passes over what is no model, and leaves unknown fields out', () => {
  const models = [
    null,
    5,
    {},
    { id: '' },
    { id: 'x'.repeat(600) },
    { id: 'a', size: -1, capabilities: 'no' },
  ];
  expect(parseCatalogue({ models })?.models).toEqual([{ id: 'a', name: 'a', engine: '', capabilities: [] }]);
});

it.each([null, [], {}, { models: {} }, 'x'])('does not take %j for a catalogue', (value) => {
  expect(parseCatalogue(value)).toBeUndefined();
});

it('takes at most 1,000 models and 64 engines', () => {
  const many = parseCatalogue({
    models: Array(2000).fill({ id: 'a' }),
    engines: Array(100).fill({ id: 'e' }),
  });
  expect(many?.models).toHaveLength(1000);
  expect(many?.engines).toHaveLength(64);
});

it('makes one of what older hosts tell', () => {
  expect(legacyCatalogue([{ name: 'a', displayName: 'A', provider: 'ollama' }])).toEqual({
    models: [{ id: 'a', name: 'A', engine: 'ollama', capabilities: [] }],
    engines: [],
  });
});
