// Benchmarks: each figure is a ratio against its baseline, measured side by side in the same run. Needs root and iperf3.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CountedProcesses } from '../../dist/run/observers/counted-processes.js';

const NETMETER = fileURLToPath(new URL('../../bin/netmeter.js', import.meta.url));
const program = (name) => fileURLToPath(new URL(`../../fixtures/programs/${name}`, import.meta.url));
const KEEP_ALIVE = program('keep-alive.js');
const PAIRS = Number(process.argv[2] ?? 10);
const SERVER = '203.0.113.246';

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
const sh = (script) => execFileSync('sh', ['-euc', script]);

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
async function compare(name, unit, measured, baseline) {
  const pairs = [];
  // Whatever else the machine does meets both: each is the first one as often as the other.
  for (let pair = 0; pair < PAIRS; pair++) {
    const own = pair % 2 === 0 ? await measured() : undefined;
    const base = await baseline();
    pairs.push([base, own ?? (await measured())]);
  }
  const ratios = pairs.map(([base, own]) => own / base);
  const figures = [median(pairs.map(([, own]) => own)), median(pairs.map(([base]) => base))].map(
    (figure) => `${figure.toFixed(1)} ${unit}`,
  );
  const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  console.log(
    `${name.padEnd(44)} ${figures.map((figure) => figure.padStart(12)).join('')} ${median(ratios).toFixed(2).padStart(7)}  ${spread}`,
  );
}

await import('./start.js');

console.log(
  `\n${'medians'.padEnd(44)} ${'netmeter'.padStart(12)}${'baseline'.padStart(12)} ${'ratio'.padStart(7)}  of the pairs`,
);
/** Milliseconds of a client's requests over kept connections, and how often the kernel had to leave out a count. */
async function requests(port, isCounted) {
  const counted = isCounted ? new CountedProcesses() : undefined;
  counted?.ready(undefined, undefined);
  const client = spawn(process.execPath, [KEEP_ALIVE, port, '20000'], { stdio: ['ignore', 'pipe', 'inherit'] });
  counted?.commandStarted();
  const closed = once(client, 'close');
  const [took] = await once(client.stdout, 'data');
  await closed;
  lost += counted?.finish().lostEvents ?? 0;
  counted?.[Symbol.dispose]();
  return Number(took);
}

let lost = 0;
const kept = spawn(process.execPath, [KEEP_ALIVE, 'serve'], { stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const [port] = await once(kept.stdout, 'data');
  await compare(
    '20,000 requests, counted by process, or not',
    'ms',
    () => requests(`${port}`.trim(), true),
    () => requests(`${port}`.trim(), false),
  );
  console.log(`counts that were left out: ${lost}`);
} finally {
  kept.kill('SIGKILL');
}

sh(`
  ip netns add bench-wire; ip link add bench0 type veth peer name far netns bench-wire
  ip addr add 203.0.113.245/30 dev bench0; ip link set bench0 up
  ip -n bench-wire addr add ${SERVER}/30 dev far; ip -n bench-wire link set far up; ip -n bench-wire link set lo up`);
const server = spawn('ip', ['netns', 'exec', 'bench-wire', 'iperf3', '--server', '--forceflush'], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
const names = spawn(
  'ip',
  ['netns', 'exec', 'bench-wire', 'python3', program('name-server.py'), SERVER, 'bench.example', SERVER],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const folder = mkdtempSync(join(tmpdir(), 'netmeter-bench-'));
writeFileSync(join(folder, 'resolv.conf'), `nameserver ${SERVER}\n`);

/** Median microseconds of 500 look-ups, on a host whose name server is the wire's. */
function lookUp(...netmeter) {
  const look = `import socket, statistics, time
def one():
    start = time.perf_counter(); socket.gethostbyname("bench.example"); return time.perf_counter() - start
print(statistics.median(one() for _ in range(500)) * 1000)`;
  const named = `mount --bind ${folder}/resolv.conf "$(readlink -f /etc/resolv.conf)"; exec "$@"`;
  const words = ['--mount', 'sh', '-c', named, 'sh', ...netmeter, 'python3', '-c', look];
  return Number(spawnSync('unshare', words, { encoding: 'utf8' }).stdout) * 1000;
}

try {
  await once(server.stdout, 'data');
  await once(names.stdout, 'data');
  await compare(
    'a look-up by the relay, against the host',
    'µs',
    () => lookUp(process.execPath, NETMETER, '--quiet', '--by', 'remote', '--'),
    () => lookUp(),
  );
  await compare(
    'upload, against the path without queues',
    'Gb/s',
    () => throughput(''),
    () => throughput(UNMETERED),
  );
  await compare(
    'download, against the path without queues',
    'Gb/s',
    () => throughput('', '--reverse'),
    () => throughput(UNMETERED, '--reverse'),
  );
} finally {
  server.kill('SIGKILL');
  names.kill('SIGKILL');
  rmSync(folder, { recursive: true });
  sh('ip netns del bench-wire');
}
