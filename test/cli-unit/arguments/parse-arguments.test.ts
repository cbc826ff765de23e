import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments/parse-arguments.js';

const search = { kind: 'search' };
const nothing = {
  limits: {},
  warnLimits: {},
  config: search,
  kill: false,
  budgetExitCode: 120,
  reports: [],
  quiet: false,
  ci: 'auto',
  hostPorts: [],
  publish: [],
};

describe('a run', () => {
  test.each<[string[], object]>([
    [[], {}],
    [['--max-in', '5MB', '--max-out=1KiB', '--max-total', '7'], { limits: { in: 5_000_000, out: 1024, total: 7 } }],
    [['--max-in=0'], { limits: { in: 0 } }],
    [
      ['--max-rate-average', '1MB/s', '--max-rate-peak=2kB/s', '--max-connections', '3', '--max-dns-queries', '0'],
      { limits: { rateAverage: 1_000_000, ratePeak: 2000, connections: 3, dnsQueries: 0 } },
    ],
    [['--max-loopback', '0', '--max-host-local', '1kB'], { limits: { loopback: 0, hostLocal: 1000 } }],
    [
      ['--max-remote', '*.example.com=50MB', '--max-remote=203.0.113.0/24=0', '--warn-remote', '*=1'],
      {
        limits: { remotes: { '*.example.com': 50_000_000, '203.0.113.0/24': 0 } },
        warnLimits: { remotes: { '*': 1 } },
      },
    ],
    [['--max-process', 'git=1MB'], { limits: { processes: { git: 1_000_000 } } }],
    [['--warn-total', '5', '--warn-in=4'], { warnLimits: { total: 5, in: 4 } }],
    [['--config', 'a.json', '--budget', 'b'], { config: { kind: 'file', path: 'a.json' }, budgetName: 'b' }],
    [['--baseline', 'a.json'], { baseline: { file: 'a.json', increase: { share: 0.1, octets: 1_000_000 } } }],
    [
      ['--baseline', 'a.json', '--max-increase', '5%', '--min-increase=1kB', '--save-baseline', 'b.json'],
      { baseline: { file: 'a.json', increase: { share: 0.05, octets: 1000 } }, saveBaseline: 'b.json' },
    ],
    [['--runs', '5'], { repeat: { runs: 5, warmups: 0, judge: 'worst' } }],
    [
      ['--runs=2', '--warmup', '1', '--prepare', 'rm -rf x', '--judge', 'median'],
      { repeat: { runs: 2, warmups: 1, prepare: 'rm -rf x', judge: 'median' } },
    ],
    [['--prepare', 'x'], { repeat: { runs: 1, warmups: 0, prepare: 'x', judge: 'worst' } }],
    [['--no-config'], { config: { kind: 'none' } }],
    [['--max-in', '1', '--kill'], { limits: { in: 1 }, kill: true }],
    [['--max-in', '1', '--enforce'], { limits: { in: 1 }, enforce: true }],
    [['--rate-limit', '1MB/s'], { rateLimit: 1_000_000 }],
    [
      ['--allow', 'a.example', '--deny', '192.0.2.0/24', '--allow', '*.b.example'],
      {
        egress: {
          allow: [
            { kind: 'name', pattern: 'a.example' },
            { kind: 'name', pattern: '*.b.example' },
          ],
          deny: [{ kind: 'network', family: '4', network: '192.0.2.0/24' }],
        },
      },
    ],
    [['--budget-exit-code', '0'], { budgetExitCode: 0 }],
    [['--budget-exit-code=255'], { budgetExitCode: 255 }],
    [['-q'], { quiet: true }],
    [['--quiet', '-q'], { quiet: true }],
    [['--report', '-'], { reports: [{ path: '-', format: 'json' }] }],
    [['--report=-'], { reports: [{ path: '-', format: 'json' }] }],
    [['--report=-x.json'], { reports: [{ path: '-x.json', format: 'json' }] }],
    [['--report=a=b.json'], { reports: [{ path: 'a=b.json', format: 'json' }] }],
    [
      ['--report', 'a.json', '--report=b/c.TXT'],
      {
        reports: [
          { path: 'a.json', format: 'json' },
          { path: 'b/c.TXT', format: 'txt' },
        ],
      },
    ],
    [['--ci', 'none'], { ci: 'none' }],
    [['--ci=github'], { ci: 'github' }],
    [['--interval', '500ms', '--linger=0', '--grace', '1m'], { interval: 500, linger: 0, grace: 60_000 }],
    [['--wait', 'command'], { wait: 'command' }],
    [['--wait=tree'], { wait: 'tree' }],
    [['--isolation', 'host'], { isolation: 'host' }],
    [
      ['--host-port', '80', '--host-port=53/udp'],
      {
        hostPorts: [
          { port: 80, protocol: 'tcp' },
          { port: 53, protocol: 'udp' },
        ],
      },
    ],
    [['-p', '8080:80'], { publish: [{ host: 8080, inner: 80, protocol: 'tcp' }] }],
    [['--user', '007:0x10'], { user: '007:0x10' }],
    [['--user', '0x10'], { user: '0x10' }],
    [['--user', 'constructor'], { user: 'constructor' }],
    [['--by', 'process'], { by: ['process'] }],
    [['--by=remote', '--by', 'process'], { by: ['remote', 'process'] }],
    [['--by', 'none'], { by: [] }],
    [['--redact'], { redact: true }],
    [['--reverse-dns'], { reverseDns: true }],
  ])('%j', async (own, options) => {
    expect(await parseArguments([...own, '--', 'ls', '-l'])).toEqual({
      kind: 'run',
      argv: ['ls', '-l'],
      options: { ...nothing, ...options },
    });
  });

  test("no word of the command's is parsed, converted or left out", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), async (argv) => {
        expect(await parseArguments(['--max-in', '1', '--', ...argv])).toHaveProperty('argv', argv);
      }),
    );
  });

  test('neither are those that usually are', async () => {
    const argv = ['cmd', '1e3', '0x10', '007', '--no-x', '-abc', '--a.b=c', '--', '--help', '"q"', '', '-'];
    expect(await parseArguments(argv)).toHaveProperty('argv', argv);
  });
});

describe('not a run', () => {
  test.each([
    [['--help'], { kind: 'help' }],
    [['-h'], { kind: 'help' }],
    [['-q', '--help', '--', 'ls'], { kind: 'help' }],
    [['--version'], { kind: 'version' }],
    [['-V'], { kind: 'version' }],
    [['-qV'], { kind: 'version' }],
    [['--completion', 'bash'], { kind: 'completion', shell: 'bash' }],
    [['--completion=fish'], { kind: 'completion', shell: 'fish' }],
  ])('%j', async (argv, parsed) => {
    expect(await parseArguments(argv)).toEqual(parsed);
  });
});

describe('an error', () => {
  test.each<[string[], RegExp, RegExp?]>([
    [[], /no command was given/, /netmeter \[options\] -- COMMAND/],
    [['--'], /no command was given/],
    [['-q', '--'], /no command was given/],
    [['--max-inn', '5', 'ls'], /^unknown option --max-inn; did you mean --max-in\?$/],
    [['--max-inn=5', '--', 'ls'], /^unknown option --max-inn; did you mean --max-in\?$/],
    [['--qiet', 'ls'], /^unknown option --qiet; did you mean --quiet\?$/],
    [['--max-tot', '5', 'ls'], /^unknown option --max-tot; did you mean --max-total\?$/],
    [['--zzzzzzzzz', 'ls'], /^unknown option --zzzzzzzzz$/],
    [['-x', 'ls'], /^unknown option -x$/],
    [['-qx', 'ls'], /^unknown option -qx$/],
    [['--__proto__=1', 'ls'], /^unknown option --__proto__$/],
    [['--no-kill', 'ls'], /^unknown option --no-kill/],
    [['--max-in', '--', 'ls'], /^--max-in needs a value: SIZE$/],
    [['--max-in=', '--', 'ls'], /^--max-in needs a value: SIZE$/],
    [['--max-in', '', '--', 'ls'], /^--max-in needs a value: SIZE$/],
    [['--max-in', '--kill', '--', 'ls'], /^--max-in needs a value: SIZE$/],
    [['--user', '-q', '--', 'ls'], /^--user needs a value: NAME$/],
    [['--report'], /^--report needs a value: FILE$/],
    [['--max-in', '5', '--max-in=6', 'ls'], /^--max-in was given 2 times$/],
    [['--wait', 'tree', '--wait', 'tree', 'ls'], /^--wait was given 2 times$/],
    [['--wait', 'forever', 'ls'], /^--wait cannot be 'forever'$/, /tree, command/],
    [['--completion', 'csh'], /^--completion cannot be 'csh'; did you mean zsh\?$/, /bash, zsh, fish/],
    [['--quiet=false', 'ls'], /^--quiet takes no value$/],
    [['--max-in', '50Mb', 'ls'], /^--max-in: bad size '50Mb'/, /50MiB/],
    [['--max-in', '-5', 'ls'], /^--max-in: bad size '-5'/],
    [['--interval', 'soon', 'ls'], /^--interval: bad duration 'soon'/, /1h30m/],
    [['--interval', '0', 'ls'], /^--interval cannot be 0$/, /100ms/],
    [['--by', 'none', '--by', 'process', 'ls'], /^--by none cannot be combined$/],
    [
      ['--max-remote', '*.example.com', 'ls'],
      /^--max-remote: bad limit '\*\.example\.com': it is not PATTERN=SIZE$/,
      /\*\.example\.com=50MB/,
    ],
    [['--max-remote', 'a=1', '--max-remote', 'a=2', 'ls'], /^--max-remote: 'a' has two limits$/],
    [['--max-rate-peak', '5MB', 'ls'], /^--max-rate-peak: bad rate '5MB': it does not end in '\/s'$/, /10MB\/s/],
    [['--max-connections', '1.5', 'ls'], /^--max-connections: bad count '1\.5'$/],
    [['--max-increase', '5%', 'ls'], /^--max-increase needs a baseline$/, /--baseline FILE/],
    [['--min-increase', '5', 'ls'], /^--min-increase needs a baseline$/],
    [['--baseline', 'a', '--max-increase', '5', 'ls'], /^--max-increase: bad share '5'$/, /10%/],
    [['--runs', '0', 'ls'], /^--runs cannot be 0$/, /at least 1/],
    [['--runs', '-1', 'ls'], /^--runs: bad count '-1'$/],
    [['--max-total', '1XB', 'ls'], /^--max-total: bad size '1XB': 'XB' is no unit of bytes$/],
    [['--warn-remote', 'a=1XB', 'ls'], /^--warn-remote: bad size '1XB'/],
    [['--max-process', '=1MB', 'ls'], /^--max-process: bad limit '=1MB': it is not NAME=SIZE$/, /git=1MB/],
    [['--rate-limit', '10Mbit/s', 'ls'], /^--rate-limit: bad rate '10Mbit\/s': 'Mbit' counts bits/, /10MB\/s/],
    [['--rate-limit', '1', 'ls'], /^--rate-limit: '1' is too slow$/],
    [['--baseline', 'a', '--min-increase', 'x', 'ls'], /^--min-increase: bad size 'x'/],
    [['--warmup', 'x', 'ls'], /^--warmup: bad count 'x'/],
    [['--grace', 'x', 'ls'], /^--grace: bad duration 'x'/],
    [['--linger', 'x', 'ls'], /^--linger: bad duration 'x'/],
    [['--baseline-idle', 'x', 'ls'], /^--baseline-idle: bad duration 'x'/],
    [['--host-port', '0', 'ls'], /^--host-port: bad port '0'/],
    [['-p', '80', 'ls'], /^--publish: bad ports '80'/],
    [['--allow', 'http://x', 'ls'], /^--allow: bad destination 'http:\/\/x': it is a URL/],
    [['--deny', 'foo:80', 'ls'], /^--deny: bad destination 'foo:80': a single port cannot be chosen/],
    [['--isolation', 'hots', 'ls'], /^--isolation cannot be 'hots'; did you mean host\?$/, /veth, user-mode/],
    [['--in-place', '--netns', 'x', 'ls'], /^--in-place and --netns exclude each other$/],
    [['--in-place', '--isolation', 'veth', 'ls'], /^--in-place and --isolation veth exclude each other$/],
    [['--judge', 'median', 'ls'], /^--judge chooses among --runs$/],
    [['--runs', '2', '--judge', 'best', 'ls'], /^--judge cannot be 'best'$/, /worst, median/],
    [['--config', 'a.json', '--no-config', 'ls'], /^--config and --no-config exclude each other$/],
    [['--budget', 'a', '--no-config', 'ls'], /^--budget names a budget of the configuration$/],
    [['--budget-exit-code', '256', 'ls'], /^--budget-exit-code cannot be '256'$/, /0 to 255/],
    [['--budget-exit-code', '1.5', 'ls'], /^--budget-exit-code cannot be '1\.5'$/],
    [['--budget-exit-code=-1', 'ls'], /^--budget-exit-code cannot be '-1'$/],
    [
      ['--report', 'x.yaml', 'ls'],
      /^--report x\.yaml: no format is known for '\.yaml'$/,
      /\.json, \.txt, .*\.xml; - is JSON/,
    ],
    [['--report', 'json', 'ls'], /no format is known for 'json'$/],
    [['--report', '.json', 'ls'], /no format is known for '\.json'$/],
  ])('%j', async (argv, message, cure = /./) => {
    await expect(parseArguments(argv)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(message),
      cure: expect.stringMatching(cure),
    });
  });
});

test('what is published twice is published once', async () => {
  const parsed = await parseArguments([
    '--publish',
    '8080:80',
    '--publish',
    '8080:80',
    '--publish',
    '8080:80/udp',
    'true',
  ]);
  const port = { host: 8080, inner: 80 };
  expect(parsed).toMatchObject({
    options: {
      publish: [
        { ...port, protocol: 'tcp' },
        { ...port, protocol: 'udp' },
      ],
    },
  });
});

test('a port of the host that is named twice is offered once', async () => {
  const parsed = await parseArguments([
    '--host-port',
    '8000-8002',
    '--host-port',
    '8001',
    '--host-port',
    '8001/udp',
    'true',
  ]);
  expect(parsed).toMatchObject({
    options: {
      hostPorts: [...[8000, 8001, 8002].map((port) => ({ port, protocol: 'tcp' })), { port: 8001, protocol: 'udp' }],
    },
  });
});
