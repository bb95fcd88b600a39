import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { devices } from 'playwright-core';
import { closeBrowser } from './support/browser.js';
import { startSmallModel } from './support/engines.js';
import { removeTemporaryFolders, Up } from './support/pantheon.js';
import { ROOT, stopAllProcesses } from './support/process.js';
import { WebApp } from './support/web-app.js';

const FOLDER = join(ROOT, 'docs/images');
const VIEWPORT = { width: 1120, height: 720 };
const QUESTION = 'What is the moon?';

async function shoot(app: WebApp, name: string): Promise<void> {
  await app.page.screenshot({ path: join(FOLDER, `${name}.png`) });
}

/** Drives the real thing and keeps a picture of each of its moments: `docs/images/*.png`. */
async function main(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  // The small base model babbles; a person who has a better one may name its engine.
  const engine = process.env['PANTHEON_SCREENSHOT_ENGINE'] ?? (await startSmallModel()).url;
  const up = await Up.start({ engines: [engine] });

  const desk = await WebApp.open(await up.nextLink(), { viewport: VIEWPORT, colorScheme: 'light' });
  await desk.part('device-name').fill('Living room laptop');
  await shoot(desk, 'pairing');
  await desk.pair('Living room laptop');
  await desk.send(QUESTION);
  await desk.answer('streaming', 20);
  await shoot(desk, 'streaming');
  await desk.answer('done');

  const { viewport, userAgent, deviceScaleFactor, isMobile, hasTouch } = devices['Pixel 7'] ?? {
    viewport: VIEWPORT,
  };
  const phone = await WebApp.open(await up.nextLink(), {
    viewport,
    isMobile: isMobile ?? true,
    hasTouch: hasTouch ?? true,
    deviceScaleFactor: deviceScaleFactor ?? 2,
    ...(userAgent === undefined ? {} : { userAgent }),
    colorScheme: 'light',
  });
  await phone.pair('Phone');
  await phone.send(QUESTION);
  await phone.answer('done');
  await shoot(phone, 'phone');

  await desk.page.emulateMedia({ colorScheme: 'dark' });
  await shoot(desk, 'dark');
  await desk.page.emulateMedia({ colorScheme: 'light' });
  await up.stop();
  await desk.situation(/./);
  await desk.page.getByText('cannot be reached').first().waitFor();
  await shoot(desk, 'host-offline');
}

try {
  await main();
} finally {
  await closeBrowser();
  await stopAllProcesses();
  removeTemporaryFolders();
}
