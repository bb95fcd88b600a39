import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkCpp, cppParts } from './cpp.js';
import { checkJson } from './json.js';
import { compareWithFolders, readTable } from './table.js';
import { checkTypescript } from './typescript.js';

const PAGE = `# Made up
## Who may include whom
| part | what it is | may include |
|---|---|---|
| \`src/core\` | the base | |
| \`src/link\` | frames | \`src/core\` |
| \`src/app\` | everything | \`all above\` |

| package | what it is | may import |
|---|---|---|
| \`packages/client\` | the client | |
| \`apps/web\` | the app | \`packages/client\` |

## Another section
| \`src/elsewhere\` | not part of the table | |
`;
const CPP = readTable(PAGE, ['src/']);
const TYPESCRIPT = readTable(PAGE, ['packages/', 'apps/']);

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'architecture-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

/** Makes a tree of files in the folder of this test. */
function lay(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

describe('the table', () => {
  it('is read from its own section only', () => {
    expect([...CPP.keys()]).toEqual(['src/core', 'src/link', 'src/app']);
  });

  it('lets a part marked "all above" use every part above it', () => {
    expect([...(CPP.get('src/app') ?? [])]).toEqual(['src/core', 'src/link']);
  });

  it('is refused when a row names a part without a row', () => {
    const page = PAGE.replace('| `src/core` |\n', '| `src/core`, `src/lost` |\n');
    expect(() => readTable(page, ['src/'])).toThrow('src/lost');
  });

  it('is refused when its section is gone', () => {
    expect(() => readTable('# Nothing here', ['src/'])).toThrow('no section');
  });

  it('reports folders without a row and rows without a folder', () => {
    expect(compareWithFolders(CPP, ['src/core', 'src/link', 'src/new'])).toEqual([
      'src/new has no row in architecture.md',
      'src/app has a row in architecture.md, but no folder',
    ]);
  });

  it('is refused when a row names a part below it, so that no circle can come about', () => {
    const page = PAGE.replace('| the base | |', '| the base | `src/link` |');
    expect(() => readTable(page, ['src/'])).toThrow('src/core names src/link');
  });
});

describe('the check of C++', () => {
  const LEGAL = {
    'src/core/error.hpp': '#pragma once\n',
    'src/link/frame.hpp': '#include "core/error.hpp"\n#include "link/frame.hpp"\n#include <vector>\n',
    'src/link/CMakeLists.txt': 'pantheon_part(link DEPENDS core LIBRARIES app)\n',
    'src/app/app.cpp': '#include "link/frame.hpp"\n',
    'src/app/CMakeLists.txt': 'pantheon_part(app\n  LIBRARIES x\n  DEPENDS core link)\n',
  };

  it('finds nothing in a legal tree', () => {
    lay(LEGAL);
    expect(checkCpp(root, CPP)).toEqual([]);
    expect(cppParts(root)).toEqual(['src/app', 'src/core', 'src/link']);
  });

  it('reports an illegal include', () => {
    lay({ ...LEGAL, 'src/core/deep/error.cpp': 'int x;\n  #  include "link/frame.hpp"\n' });
    expect(checkCpp(root, CPP)).toEqual([
      'src/core/deep/error.cpp includes "link/frame.hpp", but src/core may not include src/link',
    ]);
  });

  it('reports an illegal include in angle brackets, and no header of a library', () => {
    lay({ ...LEGAL, 'src/core/error.cpp': '#include <link/frame.hpp>\n#include <link/other.hpp>\n' });
    expect(checkCpp(root, CPP)).toEqual([
      'src/core/error.cpp includes <link/frame.hpp>, but src/core may not include src/link',
    ]);
  });

  it('reports a path relative to the file', () => {
    lay({ ...LEGAL, 'src/core/error.cpp': '#include "../link/frame.hpp"\n' });
    expect(checkCpp(root, CPP)).toEqual([
      'src/core/error.cpp includes "../link/frame.hpp": write the path from src/',
    ]);
  });

  it('reports a CMakeLists.txt that depends on too much', () => {
    lay({ ...LEGAL, 'src/link/CMakeLists.txt': 'pantheon_part(link DEPENDS core app)\n' });
    expect(checkCpp(root, CPP)).toEqual([
      'src/link/CMakeLists.txt depends on src/app, but src/link may not include it',
    ]);
  });

  it.each([
    ['LIBRARIES', 'pantheon_part(link DEPENDS core LIBRARIES pantheon_app x)\n'],
    ['TEST_LIBRARIES', 'pantheon_part(link DEPENDS core TEST_LIBRARIES pantheon_app)\n'],
    ['another call', 'pantheon_part(link)\ntarget_link_libraries(pantheon_link PUBLIC pantheon_app)\n'],
  ])('reports a library of ours that a CMakeLists.txt names in %s', (_where, cmake) => {
    lay({ ...LEGAL, 'src/link/CMakeLists.txt': `# pantheon_app is not ours\n${cmake}` });
    expect(checkCpp(root, CPP)).toEqual([
      'src/link/CMakeLists.txt depends on src/app, but src/link may not include it',
    ]);
  });
});

describe('the check of JSON in C++', () => {
  it('finds nothing where the functions of core are called, nor in core itself', () => {
    lay({
      'src/core/json.cpp': 'json::basic_parser<Builder> parser;\n',
      'src/link/head.cpp': 'auto a = core::parse_json(x); core::serialize_json(core::json::object());\n',
      'fuzz/link_head.cpp': 'core::json::parse(x);\n',
    });
    expect(checkJson(root)).toEqual([]);
  });

  it("reports Boost's own reader and writer, in tests too", () => {
    lay({
      'src/link/head.cpp': 'out = core::json::serialize(value);\njson::serializer all;\n',
      'tests/link/peer.cpp': 'boost::json::parse(text);\n',
    });
    expect(checkJson(root)).toEqual([
      'src/link/head.cpp uses json::serialize: call core::serialize_json',
      'src/link/head.cpp uses json::serializer: call core::serialize_json',
      'tests/link/peer.cpp uses json::parse: call core::parse_json',
    ]);
  });
});

describe('the check of TypeScript', () => {
  const LEGAL = {
    'package.json': '{"name":"root","devDependencies":{"vitest":"1"}}',
    'packages/client/package.json': '{"name":"@x/client","dependencies":{"lib":"1"}}',
    'packages/client/src/index.ts': "import { a } from 'lib/deep';\nimport './other.js';\nexport { a };\n",
    'packages/client/src/index.test.ts':
      "import 'vitest';\nimport v from '../../../tests/vectors/v.json';\nv();\n",
    'apps/web/package.json': '{"name":"@x/web","dependencies":{"@x/client":"1"}}',
    'apps/web/src/main.tsx': "import type { A } from '@x/client/deep';\nimport 'node:fs';\nlet a: A;\n",
  };

  it('finds nothing in a legal tree', () => {
    lay(LEGAL);
    expect(checkTypescript(root, TYPESCRIPT)).toEqual([]);
  });

  it('reports an import of a package of ours that may not be used, dynamic ones too', () => {
    lay({ ...LEGAL, 'packages/client/src/bad.ts': "const web = await import('@x/web');\n" });
    expect(checkTypescript(root, TYPESCRIPT)).toEqual([
      'packages/client/src/bad.ts uses @x/web, but packages/client may not include apps/web',
    ]);
  });

  it('reports a package.json that lists such a package', () => {
    lay({
      ...LEGAL,
      'packages/client/package.json': '{"name":"@x/client","dependencies":{"lib":"1","@x/web":"1"}}',
    });
    expect(checkTypescript(root, TYPESCRIPT)).toEqual([
      'packages/client/package.json uses @x/web, but packages/client may not include apps/web',
    ]);
  });

  it('reports a relative import that leaves the package', () => {
    lay({ ...LEGAL, 'apps/web/src/bad.ts': "export * from '../../../packages/client/src/index.js';\n" });
    expect(checkTypescript(root, TYPESCRIPT)).toEqual([
      'apps/web/src/bad.ts imports "../../../packages/client/src/index.js", which leaves apps/web',
    ]);
  });

  it('reports a package that is not listed, and a tool of the root in code that ships', () => {
    lay({ ...LEGAL, 'apps/web/src/bad.ts': "import 'unlisted';\nimport 'vitest';\n" });
    expect(checkTypescript(root, TYPESCRIPT)).toEqual([
      'apps/web/src/bad.ts imports "unlisted", which apps/web/package.json does not list',
      'apps/web/src/bad.ts imports "vitest", which apps/web/package.json does not list',
    ]);
  });
});
