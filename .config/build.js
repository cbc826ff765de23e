// Bundles the command: two files start faster than eighty, and what a run may not need stays in files of its own.
import { copyFileSync, rmSync } from 'node:fs';
import { build } from 'rolldown';

/** What only some runs load, below src/: the rest of a run's is one file. */
const loadedByNeed = [
  'attach',
  'attribution/',
  'budget/(?!limits|parse)',
  'cli/(attach|baseline|behalf|budget|command-names|compare|completion|doctor|github-files|help|nearest-option|outputs|prepare|read-report|repeat|tell-github|watch|write-report-to)',
  'cli/config/(?!find)',
  'counters/(connections|unix-sockets)',
  'doctor/',
  'evidence/(?!observed)',
  'files/(?!reason-of|write-to-descriptor)',
  'isolation/(limits|offline|shared|user-mode)/',
  'isolation/machine/(?!canonical|is-ipv6|namespace-members|read-local|read-uplink|routes)',
  'isolation/names/(?!hosts-file|read-resolver|resolver)',
  'isolation/ports/(?!ports)',
  'isolation/read-facts',
  'isolation/remotes/(?!remote-rules)',
  'isolation/tools/(hand-over|pause|user-name|within)',
  'isolation/veth/(accept-rules|egress-gate|give-back|kept-limits|scope-names|table-owner)',
  'linux/(?!ip-address|libc|linux-error|namespace|netlink)',
  'privileged/(?!protocol)',
  'observe/',
  'report/(?!visible)',
  'run/(contamination|enforce|explain|neighbours)',
  'traffic/idle',
  'watch/',
];
const mainModules = new RegExp(`^${process.cwd()}/src/(?!${loadedByNeed.join('|')})`);

/** What reads the command line: all that `netmeter --version` loads. */
const start = [
  'budget/parse-',
  'cli/(exit-status|inert|join-values|limit-options|main|options|parse-|read-values|report-target|run-options)',
  'cli/(signals|split-arguments|system-reason|terminal|usage-error|use-color)',
  'command/unchanged',
  'errors',
  'files/(reason-of|write-to-descriptor)',
  'isolation/machine/canonical-address',
  'isolation/tools/own-file',
  'linux/(libc|linux-error)',
  'missing-libc',
  'privileged/protocol',
  'report/visible',
  'units',
  'version',
];
const startModules = new RegExp(`^${process.cwd()}/src/(${start.join('|')})`);

/** What the summary of every run is made of: one file again, though other reports share parts of it. */
const summaryModules =
  /\/src\/report\/(.*-rows?|rows|remote-rest|(.*-)?text|flows|format-octets|command-line|paint)\.ts$|\/pretty-bytes\//;

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
  checks: {
    emptyImportMeta: false,
    // A module that the start loads only by need may be a fixed part of files that are loaded by need themselves.
    ineffectiveDynamicImport: false,
  },
  output: {
    dir: 'dist',
    // As CommonJS it is read 15 ms sooner than as modules, which Node links one after the other.
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'bundle/[name]-[hash].cjs',
    codeSplitting: {
      groups: [
        { name: 'start', test: startModules },
        { name: 'run', test: mainModules },
        { name: 'summary', test: summaryModules },
      ],
    },
  },
});
for (const schema of ['report/report-1.schema.json', 'watch/watch-1.schema.json'])
  copyFileSync(`src/${schema}`, `dist/${schema}`);
rmSync('dist/cli', { recursive: true, force: true });
