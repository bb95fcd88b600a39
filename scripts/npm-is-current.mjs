// Exits with 0 when node_modules holds what package-lock.json asks for, else with 1.
// npm keeps what it installed in node_modules/.package-lock.json.
import { readFileSync } from 'node:fs';
import process from 'node:process';

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
  } catch {
    return undefined;
  }
}

const wanted = packagesOf('package-lock.json') ?? {};
const installed = packagesOf('node_modules/.package-lock.json');

/** Packages for other systems are optional and rightly absent. */
function isCurrent([path, entry]) {
  if (!path.includes('node_modules/')) return true;
  const found = installed[path];
  if (found === undefined)
    return entry.optional === true || entry.devOptional === true || entry.peer === true;
  return found.version === entry.version && found.link === entry.link && found.integrity === entry.integrity;
}

process.exit(installed !== undefined && Object.entries(wanted).every(isCurrent) ? 0 : 1);
