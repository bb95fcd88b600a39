import { expect, it } from 'vitest';
import { Emitter } from './emitter.js';

class Bell extends Emitter<{ ring: number }> {
  ring(times: number): void {
    this.emit('ring', times);
  }
}

it('calls listeners until they are taken off, even while it calls them', () => {
  const bell = new Bell();
  const heard: string[] = [];
  const off = bell.on('ring', (times) => {
    heard.push(`a${times}`);
    off();
  });
  bell.on('ring', (times) => heard.push(`b${times}`));
  bell.ring(1);
  bell.ring(2);
  expect(heard).toEqual(['a1', 'b1', 'b2']);
});
