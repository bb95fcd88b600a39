import { mount } from '../mount.js';
import { happenings, scenarios, scriptOf, type HappeningName, type ScenarioName } from './scenarios.js';
import { ScriptedClient } from './scripted-client.js';

declare global {
  interface Window {
    /** Lets something happen while the page is open. */
    happen: (name: HappeningName) => void;
  }
}

const name = new URLSearchParams(location.search).get('state') ?? 'ready';
if (!Object.hasOwn(scenarios, name)) throw new Error(`no scenario ${name}`);
const client = new ScriptedClient(scriptOf(name as ScenarioName));
window.happen = (happening) => client.become(happenings[happening]);
mount(client);
