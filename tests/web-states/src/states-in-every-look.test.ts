import { LOOKS } from './browser.js';
import { CASES, MAIN } from './cases.js';
import { describeStates } from './showing.js';

const everything = process.env['PANTHEON_SCREENSHOTS'] !== undefined;
const cases = CASES.filter(({ name }) => everything || MAIN.has(name));

for (const look of LOOKS) if (look.name !== 'phone-light') describeStates(look, cases);
