/**
 * The open link to a host: HTTP over one data channel. Use `fetch` as the global one, with a path for the URL;
 * hand `openai()` and `ollama()` to the constructors of the official clients.
 */
export interface Link {
  fetch(path: string | URL | Request, init?: RequestInit): Promise<Response>;
  openai(): { baseURL: string; apiKey: string; fetch: typeof fetch; dangerouslyAllowBrowser: boolean };
  ollama(): { host: string; fetch: typeof fetch };
}
