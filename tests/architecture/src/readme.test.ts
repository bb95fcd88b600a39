import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** What the compiler says of each text, as if it stood in the root, under the options that all packages share. */
function complaintsAbout(...texts: readonly string[]): string[][] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.base.json'), ts.sys.readFile) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  Object.assign(options, { noEmit: true, incremental: false });
  delete options.tsBuildInfoFile;
  const files = new Map(texts.map((text, index) => [join(ROOT, `text-${index}.ts`), text]));
  const host = ts.createCompilerHost(options);
  const fromDisk = host.getSourceFile.bind(host);
  host.getSourceFile = (name, language, ...how) => {
    const text = files.get(name);
    return text === undefined ? fromDisk(name, language, ...how) : ts.createSourceFile(name, text, language);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].map((name) => {
    const file = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'),
    );
  });
}

it('the TypeScript in README.md compiles under strict rules', { timeout: 60_000 }, () => {
  const page = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '');
  expect(blocks).toHaveLength(1);
  const [ofReadme, ofMistake] = complaintsAbout(blocks.join(''), 'export const wrong: number = "";');
  expect(ofReadme).toEqual([]);
  expect(ofMistake).toHaveLength(1);
});
