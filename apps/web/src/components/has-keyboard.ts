/** Whether a device has keys of its own. On a touch screen the focus of a field brings up a keyboard that covers half the page. */
export function hasKeyboard(): boolean {
  return matchMedia('(hover: hover) and (pointer: fine)').matches;
}
