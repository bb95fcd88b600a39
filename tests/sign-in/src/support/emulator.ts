import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { atTheEnd } from './cleanup.js';
import { Program, ROOT, temporaryFolder } from './program.js';

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Of everybody who signed up. */
export const PASSWORD = 'not a secret';
const LASTS_SECONDS = 3600;

export interface Person {
  readonly email: string;
  readonly uid: string;
  readonly token: string;
  readonly refreshToken: string;
}

/** The real Firebase Auth emulator, with the REST interface of Firebase Authentication. */
export class Emulator {
  /** As FIREBASE_AUTH_EMULATOR_HOST has it. */
  readonly host: string;
  readonly program: Program;
  private readonly clock: string;

  private constructor(host: string, program: Program, clock: string) {
    this.host = host;
    this.program = program;
    this.clock = clock;
  }

  /** Installs it first when it is not there yet, which takes a while. */
  static async start(project: string): Promise<Emulator> {
    const { stdout } = await promisify(execFile)(join(ROOT, 'scripts/get-firebase-emulator'));
    const [port, hub, logging] = [await freePort(), await freePort(), await freePort()];
    const folder = temporaryFolder();
    const at = (number: number): object => ({ host: '127.0.0.1', port: number });
    const emulators = { auth: at(port), hub: at(hub), logging: at(logging), ui: { enabled: false } };
    writeFileSync(join(folder, 'firebase.json'), JSON.stringify({ emulators }));
    const args = ['emulators:start', '--only', 'auth', '--project', project];
    const clock = join(folder, 'seconds-late');
    writeFileSync(clock, '0');
    const env = {
      CI: '1',
      NO_UPDATE_NOTIFIER: '1',
      FIREBASE_EMULATORS_PATH: folder,
      NODE_OPTIONS: `--import ${new URL('late-clock.mjs', import.meta.url).href}`,
      LATE_CLOCK_FILE: clock,
    };
    const program = Program.start(stdout.trim(), args, env, folder);
    atTheEnd(() => {
      writeFileSync(clock, '0'); // it takes no signal from before it started
    });
    await program.line(/All emulators ready/);
    return new Emulator(`127.0.0.1:${String(port)}`, program, clock);
  }

  /** From now on its tokens end that soon; an hour is usual. (Its clock is late, and it knows no other lifetime.) */
  tokensLast(seconds: number): void {
    writeFileSync(this.clock, String(LASTS_SECONDS - seconds));
  }

  /** A new account with a password. */
  async signUp(email: string): Promise<Person> {
    const answer = await this.post('identitytoolkit.googleapis.com/v1/accounts:signUp', {
      email,
      password: PASSWORD,
      returnSecureToken: true,
    });
    return {
      email,
      uid: answer['localId'] ?? '',
      token: answer['idToken'] ?? '',
      refreshToken: answer['refreshToken'] ?? '',
    };
  }

  /** A newer token of the same person. */
  async refresh(person: Person): Promise<string> {
    const answer = await this.post('securetoken.googleapis.com/v1/token', {
      grant_type: 'refresh_token',
      refresh_token: person.refreshToken,
    });
    return answer['id_token'] ?? '';
  }

  private async post(path: string, body: object): Promise<Record<string, string>> {
    const response = await fetch(`http://${this.host}/${path}?key=any`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as Record<string, string>;
  }
}
