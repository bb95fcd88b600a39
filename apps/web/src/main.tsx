import { PantheonClient } from '@pantheon/client';
import { mount } from './mount.js';

mount(new PantheonClient());
