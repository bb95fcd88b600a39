import type { KeyboardEvent } from 'react';

/**
 * Whether a key goes to an input method that is composing a word. Safari has ended the composing by the time of the Enter
 * that confirms it, and tells it from others by the code 229 alone (WebKit bug 165004).
 */
export function isComposing({ nativeEvent, keyCode }: KeyboardEvent): boolean {
  return nativeEvent.isComposing || keyCode === 229;
}
