// What a start costs, in multiples of `node -e 0` in the same round, beside the launchers that are installed. Needs root.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { libcFunction } from '../../dist/linux/libc.js';

const NETMETER = fileURLToPath(new URL('../../bin/netmeter.js', import.meta.url));
const ROUNDS = Number(process.argv[2] ?? 15);

const getrusage = libcFunction('int getrusage(int who, void *usage)');
const RUSAGE_CHILDREN = -1;

/** Milliseconds of CPU time that children have taken which were waited for. */
function childMs() {
  const usage = Buffer.alloc(144);
  getrusage(RUSAGE_CHILDREN, usage);
  const [seconds, micros] = [0, 8].map((at) => Number(usage.readBigInt64LE(at) + usage.readBigInt64LE(at + 16)));
  return seconds * 1000 + micros / 1000;
}

/** Certificates of one's own take Node as long to read as half of its start. */
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;

/** What a program took: `exec` and `after` where its command, date(1), says when it ran. */
function run([file, ...words]) {
  const [start, cpu] = [performance.now(), childMs()];
  const { status, stdout } = spawnSync(file, words, { encoding: 'utf8', env });
  const took = { wall: performance.now() - start, cpu: childMs() - cpu };
  if (status !== 0) throw new Error(`${[file, ...words].join(' ')} ended with ${status}`);
  const exec = Number(stdout) * 1000 - performance.timeOrigin - start;
  return { ...took, exec, after: took.wall - exec };
}

const node = (...words) => [process.execPath, ...words];
const netmeter = (...words) => node(NETMETER, ...words);
const DATE = ['date', '+%s.%N'];

/** How slirp4netns is used: beside a namespace that waits for it. */
const SLIRP = `folder=$(mktemp -d); mkfifo $folder/pid $folder/ready $folder/go
unshare --net sh -c "echo \\$\\$ >$folder/pid; read -r go <$folder/go; exec true" & job=$!
read -r pid <$folder/pid
slirp4netns --configure --ready-fd=3 "$pid" tap0 3>$folder/ready >/dev/null 2>&1 & slirp=$!
head -c 1 $folder/ready >/dev/null; echo go >$folder/go
wait $job; kill $slirp; rm -r $folder`;

/** What is compared: the command, the figure, and how much of `node -e 0` it may be; null: somebody else's. */
const ROWS = [
  ['netmeter, to the command’s start', netmeter('-q', '--', ...DATE), 'exec', 1.9],
  ['netmeter, from the command’s end', netmeter('-q', '--', ...DATE), 'after', 0.4],
  ['netmeter -- true', netmeter('-q', '--', 'true'), 'wall', 2.5],
  ['netmeter -- true', netmeter('-q', '--', 'true'), 'cpu', 3],
  ['netmeter --in-place -- true', netmeter('-q', '--in-place', '--', 'true'), 'wall', 2],
  ['netmeter --in-place -- true', netmeter('-q', '--in-place', '--', 'true'), 'cpu', null],
  ['netmeter --version', netmeter('--version'), 'wall', 1.3],
  ['netmeter --help', netmeter('--help'), 'wall', 1.3],
  ['pasta', ['pasta', '--quiet', '--runas', '0', '--config-net', '--', 'true'], 'wall', null],
  ['slirp4netns', ['sh', '-ec', SLIRP], 'wall', null],
  ['firejail --net', ['firejail', '--quiet', '--noprofile', `--net=${uplink()}`, '--', 'true'], 'wall', null],
  ['nsntrace', ['nsntrace', '--output=/dev/null', 'true'], 'wall', null],
];

/** The device of the default route; empty: there is none. */
function uplink() {
  const { stdout } = spawnSync('ip', ['-4', 'route', 'show', 'default'], { encoding: 'utf8' });
  return / dev (\S+)/.exec(stdout ?? '')?.[1] ?? '';
}

const isInstalled = (tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

const rows = ROWS.filter(([name, [file]]) => file === process.execPath || isInstalled(name.split(' ')[0]));
const commands = new Map(rows.map(([, argv]) => [argv.join('\0'), argv]));
const rounds = Array.from({ length: ROUNDS }, () => ({
  base: run(node('-e', '0')),
  took: new Map([...commands].map(([key, argv]) => [key, run(argv)])),
}));

console.log(`${'medians of the rounds'.padEnd(44)} ${'ms'.padStart(12)} ${'ratio'.padStart(7)}  bar`);
const line = (name, figure, ms, ratio, bar) =>
  console.log(
    `${`${name}, ${figure}`.padEnd(44)} ${ms.toFixed(1).padStart(12)} ${ratio.toFixed(2).padStart(7)}  ${bar === null ? '' : `${bar}${ratio > bar ? ' exceeded' : ''}`}`,
  );
for (const figure of ['wall', 'cpu'])
  line('node -e 0', figure, median(rounds.map(({ base }) => base[figure])), 1, null);
for (const [name, argv, figure, bar] of rows) {
  const key = argv.join('\0');
  // The start and the end are parts of the time by the clock.
  const unit = figure === 'cpu' ? 'cpu' : 'wall';
  const ratios = rounds.map(({ base, took }) => took.get(key)[figure] / base[unit]);
  line(name, figure, median(rounds.map(({ took }) => took.get(key)[figure])), median(ratios), bar);
}
