import { Ollama } from 'ollama/browser';
import OpenAI from 'openai';
import { io } from 'socket.io-client';
import { PantheonClient, type Link } from '../../../../../packages/client/src/index.js';
import * as actions from './actions.js';
import { startMallory } from './mallory.js';
import { DeployedClient } from './simple-peer.js';

/** What tests find on the page as `e2e`. */
export const e2e = { ...actions, PantheonClient, OpenAI, Ollama, DeployedClient, startMallory, io };

declare global {
  interface Window {
    e2e: typeof e2e;
    client: PantheonClient;
    link: Link;
    deployed: DeployedClient;
    channels: RTCDataChannel[];
    chat: actions.RunningChat;
  }
}

window.e2e = e2e;
