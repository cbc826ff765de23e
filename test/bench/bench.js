// Benchmarks: each figure is a ratio against its baseline, measured side by side in the same run. Needs root and iperf3.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const NETMETER = fileURLToPath(new URL('../../bin/netmeter.js', import.meta.url));
const PAIRS = Number(process.argv[2] ?? 10);
const SERVER = '203.0.113.246';

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const sh = (script) => execFileSync('sh', ['-euc', script]);

/** Milliseconds from here to the moment at which the command itself runs. */
function untilExec(file, words) {
  const start = Date.now() / 1000;
  const { stdout } = spawnSync(file, [...words, 'date', '+%s.%N'], { encoding: 'utf8' });
  return (Number(stdout) - start) * 1000;
}

function wallTime(file, words) {
  const start = performance.now();
  spawnSync(file, words);
  return performance.now() - start;
}

/** Takes the queues away from both ends, so that the path is the same without the metering. */
const UNMETERED = `
  gateway=$(ip -4 route show default | awk '{ print $3 }')
  tc qdisc del dev nm4 root; tc qdisc del dev lo root
  nsenter --net=/proc/$OUTSIDE/ns/net sh -c "tc qdisc del dev \\$(ip -o -4 addr | awk -v g=$gateway '\\$4 ~ \\"^\\" g \\"/\\" { print \\$2 }') root"
`;

function throughput(before, ...flags) {
  const script = `${before} exec iperf3 --json --client ${SERVER} --time 2 ${flags.join(' ')}`;
  const env = { ...process.env, OUTSIDE: String(process.pid) };
  const { stdout } = spawnSync(process.execPath, [NETMETER, '--quiet', '--', 'sh', '-c', script], {
    encoding: 'utf8',
    env,
  });
  return JSON.parse(stdout).end.sum_received.bits_per_second / 1e9;
}

/** Measures two things in turn and prints the ratio of each pair. */
function compare(name, unit, measured, baseline) {
  const pairs = Array.from({ length: PAIRS }, () => [baseline(), measured()]);
  const ratios = pairs.map(([base, own]) => own / base);
  const figures = [median(pairs.map(([, own]) => own)), median(pairs.map(([base]) => base))].map(
    (figure) => `${figure.toFixed(1)} ${unit}`,
  );
  const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  console.log(
    `${name.padEnd(44)} ${figures.map((figure) => figure.padStart(12)).join('')} ${median(ratios).toFixed(2).padStart(7)}  ${spread}`,
  );
}

console.log(
  `${'medians'.padEnd(44)} ${'netmeter'.padStart(12)}${'baseline'.padStart(12)} ${'ratio'.padStart(7)}  of the pairs`,
);
compare(
  'start to exec, against node -e 0',
  'ms',
  () => untilExec(process.execPath, [NETMETER, '--']),
  () => wallTime(process.execPath, ['-e', '0']),
);
compare(
  'netmeter -- true, against node -e 0',
  'ms',
  () => wallTime(process.execPath, [NETMETER, '--', 'true']),
  () => wallTime(process.execPath, ['-e', '0']),
);

sh(`
  ip netns add bench-wire; ip link add bench0 type veth peer name far netns bench-wire
  ip addr add 203.0.113.245/30 dev bench0; ip link set bench0 up
  ip -n bench-wire addr add ${SERVER}/30 dev far; ip -n bench-wire link set far up; ip -n bench-wire link set lo up`);
const server = spawn('ip', ['netns', 'exec', 'bench-wire', 'iperf3', '--server', '--forceflush'], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
try {
  await once(server.stdout, 'data');
  compare(
    'upload, against the path without queues',
    'Gb/s',
    () => throughput(''),
    () => throughput(UNMETERED),
  );
  compare(
    'download, against the path without queues',
    'Gb/s',
    () => throughput('', '--reverse'),
    () => throughput(UNMETERED, '--reverse'),
  );
} finally {
  server.kill('SIGKILL');
  sh('ip netns del bench-wire');
}
