import { act, useState, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { press } from '../testing/press.js';
import { useFocusBack } from './use-focus-back.js';

/** Something that a button opens, where that button may be missing for a while. */
function Opened({ openable }: { readonly openable: boolean }): ReactNode {
  const [open, setOpen] = useState(true);
  const { opener, giveBack } = useFocusBack();
  const close = (): void => {
    setOpen(false);
    giveBack();
  };
  return (
    <>
      {open && <button onClick={close}>Close</button>}
      {!open && openable && <button ref={opener}>Open</button>}
      <input />
    </>
  );
}

let unmount: () => void = () => undefined;
beforeAll(() => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
});
afterEach(() => act(unmount));

/** Draws it; the returned function draws it anew. */
async function draw(openable: boolean) {
  const box = document.createElement('div');
  document.body.append(box);
  const root = createRoot(box);
  unmount = () => {
    root.unmount();
    box.remove();
  };
  const redraw = (now: boolean) => act(async () => root.render(<Opened openable={now} />));
  await redraw(openable);
  return { box, redraw };
}

it('gives the focus back to the button that opened it', async () => {
  const { box } = await draw(true);
  await press(box, 'Close');
  expect(document.activeElement?.textContent).toBe('Open');
});

it('takes the focus from nowhere when that button comes back later', async () => {
  const { box, redraw } = await draw(false);
  await press(box, 'Close');
  const field = box.querySelector('input');
  field?.focus();
  await redraw(true);
  expect(box.querySelector('button')?.textContent).toBe('Open');
  expect(document.activeElement).toBe(field);
});
