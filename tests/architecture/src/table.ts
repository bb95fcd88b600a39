/** Which part may use which others, by name; a part always may use itself. */
export type LegalUses = ReadonlyMap<string, ReadonlySet<string>>;

/** The heading in architecture.md below which the two tables stand. */
export const HEADING = '## Who may include whom';

const NAME = /`([^`]+)`/g;

function cellsOf(row: string): string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

function namesIn(cell: string): string[] {
  return [...cell.matchAll(NAME)].map((match) => match[1] ?? '');
}

/** The lines of the section below HEADING. Throws when the page has no such section. */
function section(page: string): string[] {
  const lines = page.split('\n');
  const start = lines.indexOf(HEADING);
  if (start < 0) throw new Error(`architecture.md has no section "${HEADING}"`);
  const length = lines.slice(start + 1).findIndex((line) => line.startsWith('## '));
  return lines.slice(start + 1, length < 0 ? undefined : start + 1 + length);
}

/**
 * Reads the rows `| part | what it is | may include |` whose part starts with one of the prefixes.
 * The first column names the folder in backticks, the last the legal folders, or `all above`.
 * A row may name only parts whose rows stand above it, so that no circle can come about.
 * @param page text of architecture.md
 * @param prefixes folders the rows must stand for, such as `src/`
 * @returns the table with whole folder names as keys
 * @throws Error when the section or every row is missing, or a row names a part without a row above it
 */
export function readTable(page: string, prefixes: readonly string[]): LegalUses {
  const rows = new Map<string, Set<string>>();
  for (const line of section(page)) {
    const cells = cellsOf(line);
    const part = namesIn(cells[0] ?? '')[0] ?? '';
    if (!prefixes.some((prefix) => part.startsWith(prefix))) continue;
    const named = namesIn(cells.at(-1) ?? '');
    const uses = named.includes('all above') ? [...rows.keys()] : named;
    const unknown = uses.find((used) => !rows.has(used));
    if (unknown !== undefined)
      throw new Error(`the row of ${part} names ${unknown}, which has no row above it`);
    rows.set(part, new Set(uses));
  }
  if (rows.size === 0) throw new Error(`"${HEADING}" has no row for ${prefixes.join(', ')}`);
  return rows;
}

/** Compares the rows of the table with the folders that exist; returns one line for each difference. */
export function compareWithFolders(table: LegalUses, folders: readonly string[]): string[] {
  const missing = folders.filter((folder) => !table.has(folder));
  const gone = [...table.keys()].filter((part) => !folders.includes(part));
  return [
    ...missing.map((folder) => `${folder} has no row in architecture.md`),
    ...gone.map((part) => `${part} has a row in architecture.md, but no folder`),
  ];
}
