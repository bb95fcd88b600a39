// Makes the clock of a Node program late by the seconds in the file LATE_CLOCK_FILE, which may change meanwhile.
import { readFileSync } from 'node:fs';
import process from 'node:process';

const file = process.env.LATE_CLOCK_FILE ?? '';
const RealDate = Date;
const now = () => RealDate.now() - 1000 * Number(readFileSync(file, 'utf8'));

globalThis.Date = class extends RealDate {
  constructor(...args) {
    super(...(args.length === 0 ? [now()] : args));
  }
  static now() {
    return now();
  }
};
