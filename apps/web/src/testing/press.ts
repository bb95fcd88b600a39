import { act } from 'react';

/** Presses the button of `box` that bears this text or accessible name. */
export async function press(box: HTMLElement, name: string): Promise<void> {
  const found = [...box.querySelectorAll('button')].find(
    (one) => one.getAttribute('aria-label') === name || one.textContent?.trim() === name,
  );
  if (found === undefined) throw new Error(`no button ${name}`);
  await act(async () => found.click());
}

/** Writes into a field as a person does. */
export async function write(field: HTMLInputElement | HTMLTextAreaElement, text: string): Promise<void> {
  // React keeps the value it has set itself on the field, and tells a change by the prototype's.
  const prototype = Object.getPrototypeOf(field) as object;
  await act(async () => {
    Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(field, text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
