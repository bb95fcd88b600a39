// npm install: puts the native binary where server.js finds it.
import process from 'node:process';
import { install } from './binary.js';

if (install() === undefined) process.exit(1);
