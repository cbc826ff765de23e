// Bundles the command: few files start faster than two hundred, and what a run may not need stays in files of its own.
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'rolldown';
import { reachedFrom } from './reached-from.js';

/** What some runs load, and what it brings along. */
const parts = {
  veth: reachedFrom('src/isolation/veth/open-veth.ts'),
  place: reachedFrom('src/isolation/shared/host-scope.ts'),
  names: reachedFrom('src/isolation/veth/scope-names.ts'),
  bypasses: reachedFrom('src/evidence/bypasses/bypasses.ts'),
  // A run with programs looks on at names by copies.
  meter: reachedFrom('src/run/observers/copied-names.ts', reachedFrom('src/observe/meter/cgroup-meter.ts')),
  pairs: reachedFrom('src/evidence/names/pair-messages.ts'),
  explanation: [
    'src/traffic/veth/agreement.ts',
    'src/traffic/behind/behind-wire.ts',
    'src/run/observers/explain.ts',
  ].reduce((found, file) => reachedFrom(file, found), new Set()),
  summary: reachedFrom('src/report/text/text.ts'),
};
const isShared = (id) => Object.values(parts).filter((modules) => modules.has(id)).length > 1;
/** Files, each of what is loaded together; a module is in the first that it fits. What is loaded by need alone has files of its own. */
const groups = {
  start: reachedFrom('src/cli/main.ts'),
  run: reachedFrom('src/cli/run.ts'),
  shared: { has: isShared },
  ...parts,
  // In place all of them are loaded.
  orphans: [
    'src/observe/meter/follow-mtus.ts',
    'src/observe/meter/namespaces/earlier-namespaces.ts',
    'src/observe/meter/orphans/trace-orphans.ts',
  ].reduce((found, file) => reachedFrom(file, found), new Set()),
};

const group = ([name, modules]) => ({
  name,
  test: (id) => modules.has(id) || (name === 'run' && id.includes('usingCtx')),
});

/** Of all that is bundled. */
const shared = {
  platform: 'node',
  // Finds its compiler beside itself.
  external: ['jiti'],
  tsconfig: 'tsconfig.json',
  // Lays out the help, which has no wide characters; the real one compiles its tables at every start.
  resolve: { alias: { 'string-width': new URL('string-width.js', import.meta.url).pathname } },
  transform: { target: 'node20.19' },
  // yargs looks for a configuration that we do not have beside its own module.
  checks: {
    emptyImportMeta: false,
    // A module that the start loads only by need may be a fixed part of files that are loaded by need themselves.
    ineffectiveDynamicImport: false,
  },
};

// As CommonJS it is read 15 ms sooner than as modules, which Node links one after the other.
const format = 'cjs';
// What is loaded as compiled code has no import() of its own (cli/start/bundle-parts).
const handDownImport = {
  name: 'hand-down-import',
  renderChunk: (code) => code.replaceAll(/(?<![.\w$])import\(/g, '__import('),
};
// The names that a module has; on one line, so that the lines of an error are the file's.
const NAMES = 'exports, require, module, __filename, __dirname, __import';
const wrap = {
  name: 'wrap',
  generateBundle: (_, bundle) => {
    for (const chunk of Object.values(bundle)) chunk.code = `(function (${NAMES}) {${chunk.code}\n})`;
  },
};
// Lines and names stay, for whoever reads where an error came from. V8 keeps a text that is not ASCII in twice the memory.
const minify = { compress: false, mangle: false, codegen: { removeWhitespace: false, asciiOnly: true } };
const comments = { legal: true, annotation: false, jsdoc: false };
const { output } = await build({
  ...shared,
  plugins: [handDownImport, wrap],
  input: { main: 'src/cli/main.ts' },
  preserveEntrySignatures: 'allow-extension',
  output: {
    dir: 'dist/bundle',
    format,
    entryFileNames: '[name]-[hash].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    minify,
    comments,
    codeSplitting: { includeDependenciesRecursively: false, groups: Object.entries(groups).map(group) },
  },
});
const { fileName } = output.find(({ isEntry }) => isEntry);
// What answers one word, and loads the rest.
await build({
  ...shared,
  input: 'src/cli/start/entry.ts',
  transform: { ...shared.transform, define: { MAIN_PART: JSON.stringify(fileName) } },
  output: { file: 'dist/netmeter.cjs', format },
});
for (const schema of ['report/report-1.schema.json', 'watch/watch-1.schema.json'])
  copyFileSync(`src/${schema}`, `dist/${schema}`);
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' });
for (const script of sources.filter((file) => file.endsWith('.sh'))) {
  mkdirSync(`dist/${dirname(script)}`, { recursive: true });
  copyFileSync(`src/${script}`, `dist/${script}`);
}
// As most ask for it: yargs, which lays it out, takes as long to load as a run takes to start.
await build({ ...shared, input: 'src/cli/help/help.ts', output: { file: 'dist/cli/help.js', format: 'esm' } });
const { helpText } = await import('../dist/cli/help.js');
for (const width of [80, 100]) writeFileSync(`dist/help-${width}.txt`, await helpText(width));
rmSync('dist/cli', { recursive: true, force: true });
