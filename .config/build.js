// Bundles the command: one file starts faster than eighty, and what a run may not need stays in files of its own.
import { copyFileSync, rmSync } from 'node:fs';
import { build } from 'rolldown';

await build({
  input: { netmeter: 'src/cli/main.ts' },
  platform: 'node',
  tsconfig: 'tsconfig.json',
  // Lays out the help, which has no wide characters; the real one compiles its tables at every start.
  resolve: { alias: { 'string-width': new URL('string-width.js', import.meta.url).pathname } },
  transform: { target: 'node20.19' },
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'command/chunk-[name]-[hash].js',
    minify: false,
  },
});
copyFileSync('src/report/report-1.schema.json', 'dist/report/report-1.schema.json');
rmSync('dist/cli', { recursive: true, force: true });
