import { LOOKS } from './browser.js';
import { CASES } from './cases.js';
import { describeStates } from './showing.js';

for (const look of LOOKS) if (look.name === 'phone-light') describeStates(look, CASES);
