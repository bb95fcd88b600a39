import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { makeServices, ServicesProvider, type Services } from './state/services.js';
import type { ClientLike } from './state/client-like.js';
import './styles/index.css';

/** Draws the app over a client into `#root`, and starts it. */
export function mount(client: ClientLike): Services {
  const root = document.getElementById('root');
  if (root === null) throw new Error('the page has no #root');
  const services = makeServices(client);
  createRoot(root).render(
    <ServicesProvider services={services}>
      <App />
    </ServicesProvider>,
  );
  void services.server.load();
  void services.account.start();
  return services;
}
