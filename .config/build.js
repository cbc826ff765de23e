// Bundles the command: one file starts faster than eighty, and what a run may not need stays in files of its own.
import { copyFileSync, rmSync } from 'node:fs';
import { build } from 'rolldown';

/** Ours, but for what only some runs load. */
const mainModules = new RegExp(
  `^${process.cwd()}/src/(?!cli/(command-names|doctor|budget|compare|baseline|read-report|repeat|prepare|watch|attach|help|completion|nearest-option|config/(?!find)|write-report-to|tell-github)|report/|doctor/|watch/|attach|attribution/|evidence/(?!observed)|privileged/(measure|serve|json)|run/(neighbours|contamination|explain|enforce)|counters/(connections|unix-sockets)|traffic/idle|budget/(?!limits|parse)|isolation/(kept-limits|limit-rules|inner-table|egress|destinations|decode-answer|read-sockets|read-stillness|read-facts|run-tool|dns-relay|dns-frames|ask-resolver|name-relays|scope-names|remote-listing|remote-table|host-ports|inner-sockets|port-counters|ported-scope|publish-ports|published-ports|forward-|refusal-|listening-|offline|parse-attempts|user-|host-scope|shared-|join|counted-|read-(devices|processes)|marked-|tree-guard|device-q|find-namespace|outside-|carrier|explain|pasta|slirp|tap-|within|script-env))`,
);

/** What the summary of every run is made of: one file again, though other reports share parts of it. */
const summaryModules =
  /\/src\/report\/(.*-rows?|rows|remote-rest|(.*-)?text|flows|format-octets|command-line|paint|visible)\.ts$|\/pretty-bytes\//;

await build({
  input: { netmeter: 'src/cli/main.ts' },
  platform: 'node',
  // Finds its compiler beside itself.
  external: ['jiti'],
  tsconfig: 'tsconfig.json',
  // Lays out the help, which has no wide characters; the real one compiles its tables at every start.
  resolve: { alias: { 'string-width': new URL('string-width.js', import.meta.url).pathname } },
  transform: { target: 'node20.19' },
  // yargs looks for a configuration that we do not have beside its own module.
  checks: { emptyImportMeta: false },
  output: {
    dir: 'dist',
    // As CommonJS it is read 15 ms sooner than as modules, which Node links one after the other.
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'bundle/[name]-[hash].cjs',
    codeSplitting: {
      groups: [
        { name: 'main', test: mainModules },
        { name: 'summary', test: summaryModules },
      ],
    },
  },
});
for (const schema of ['report/report-1.schema.json', 'watch/watch-1.schema.json'])
  copyFileSync(`src/${schema}`, `dist/${schema}`);
rmSync('dist/cli', { recursive: true, force: true });
