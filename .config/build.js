// Bundles the command: one file starts faster than eighty, and what a run may not need stays in files of its own.
import { copyFileSync, rmSync } from 'node:fs';
import { build } from 'rolldown';

/** Ours, but for what only some runs load. */
const mainModules = new RegExp(`^${process.cwd()}/src/(?!cli/(help|completion)|report/|isolation/run-tool)`);

await build({
  input: { netmeter: 'src/cli/main.ts' },
  platform: 'node',
  tsconfig: 'tsconfig.json',
  // Lays out the help, which has no wide characters; the real one compiles its tables at every start.
  resolve: { alias: { 'string-width': new URL('string-width.js', import.meta.url).pathname } },
  // write-file-atomic is CommonJS and names its temporary files after its own.
  transform: { target: 'node20.19', define: { __filename: 'import.meta.filename' } },
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'command/chunk-[name]-[hash].js',
    minify: false,
    // What every run needs is one file; lazily loaded modules keep their own.
    advancedChunks: {
      groups: [{ name: 'main', test: mainModules }],
    },
  },
});
copyFileSync('src/report/report-1.schema.json', 'dist/report/report-1.schema.json');
rmSync('dist/cli', { recursive: true, force: true });
