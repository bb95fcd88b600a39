import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from '../app.js';
import { memoryStorage } from '../state/device-storage.js';
import type { ServerConfig } from '../state/server-config.js';
import { makeServices, ServicesProvider, type Services } from '../state/services.js';
import { scriptOf, type ScenarioName } from './scenarios.js';
import { ScriptedClient, type Script } from './scripted-client.js';

/** The app as it is drawn, with what it works on. */
export interface DrawnApp {
  readonly box: HTMLElement;
  readonly client: ScriptedClient;
  readonly services: Services;
}

/** Of the test runner. */
interface Hooks {
  readonly beforeAll: (prepare: () => void) => void;
  readonly afterEach: (clean: () => void) => void;
}

/** Returns what draws the app over a scenario; each drawing ends with its test. To be called once in a file of tests. */
export function appDrawer({ beforeAll, afterEach }: Hooks) {
  let unmount: () => void = () => undefined;
  beforeAll(() => {
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  });
  afterEach(() => {
    act(unmount);
    location.hash = '';
  });
  return async (
    name: ScenarioName,
    hash = '',
    storage = memoryStorage(),
    more: Partial<Script> = {},
    server: Partial<ServerConfig> = {},
  ): Promise<DrawnApp> => {
    location.hash = hash;
    const client = new ScriptedClient({ ...scriptOf(name), ...more });
    const services = makeServices(client, storage);
    services.server.update((config) => ({ ...config, ...server }));
    const box = document.createElement('div');
    document.body.append(box);
    const root = createRoot(box);
    unmount = () => root.unmount();
    await act(async () => {
      root.render(
        <ServicesProvider services={services}>
          <App />
        </ServicesProvider>,
      );
      await services.account.start();
    });
    return { box, client, services };
  };
}
