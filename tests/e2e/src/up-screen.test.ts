import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { atHome, pairingLink, startInTerminal } from './support/pantheon.js';
import type { Process } from './support/process.js';
import { RecordingEngine } from './support/recording-engine.js';

/** Two rows of a QR code's modules, one above the other, behind the margin of the screen. */
const QR_ROW = /^ {2}([ ▀▄█]{20,})$/;
const FINDER = ['#######', '#.....#', '#.###.#', '#.###.#', '#.###.#', '#.....#', '#######'];

/** The modules of the code that was shown last, `#` for a dark one; the light ones are drawn. */
function modules(lines: readonly string[]): readonly string[] {
  const rows = lines.flatMap((line) => QR_ROW.exec(line)?.[1] ?? []);
  const half = (light: string) => (row: string) =>
    [...row].map((block) => (light.includes(block) ? '.' : '#')).join('');
  return rows.flatMap((row) => [half('▀█')(row), half('▄█')(row)]);
}

describe('what pantheon up shows in a terminal', () => {
  let engine: RecordingEngine;
  let up: Process;
  let link: string;

  beforeAll(async () => {
    engine = await RecordingEngine.start();
    up = startInTerminal(atHome({ engines: [engine.url] }));
    link = await pairingLink(up);
    await up.line(/Enter: a new link {4}Ctrl-C: stop/);
  });
  afterAll(() => engine.stop());

  it('where the web app is, and from where it can be opened: here on loopback only', async () => {
    const [, web] = await up.line(/^ {2}Web app {2}(\S+) {2}works on this computer only$/);
    expect(web).toBe(new URL(link).origin);
  });

  it('the models and who runs them', async () => {
    const [line] = await up.line(/^ {2}Models {3}.+$/);
    expect(line).toContain(engine.model);
    expect(line).toContain(engine.url);
  });

  it('a QR code of the link', () => {
    const code = modules(up.stdout);
    const margin = 2;
    const size = (code[0]?.length ?? 0) - 2 * margin;
    expect((size - 17) % 4).toBe(0); // sizes of QR codes are 21, 25, 29 ...
    expect(Math.abs(code.length - (code[0]?.length ?? 0))).toBeLessThanOrEqual(1);
    const at = (x: number, y: number) =>
      code.slice(margin + y, margin + y + 7).map((row) => row.slice(margin + x, margin + x + 7));
    expect(at(0, 0)).toEqual(FINDER);
    expect(at(size - 7, 0)).toEqual(FINDER);
    expect(at(0, size - 7)).toEqual(FINDER);
  });

  it('another link when Enter is pressed', async () => {
    const from = up.stdout.length;
    up.type('\n');
    expect(await pairingLink(up, from)).not.toBe(link);
  });

  it('nothing more after Ctrl-C', async () => {
    up.type('\x03');
    expect(await up.exited).toEqual({ code: 0, signal: null });
  });
});
