import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../src/cli/parse-arguments.js';

const nothing = { limits: {}, kill: false, budgetExitCode: 120, reports: [], quiet: false, hostPorts: [], publish: [] };

describe('a run', () => {
  test.each<[string[], object]>([
    [[], {}],
    [['--max-in', '5MB', '--max-out=1KiB', '--max-total', '7'], { limits: { in: 5_000_000, out: 1024, total: 7 } }],
    [['--max-in=0'], { limits: { in: 0 } }],
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
    [['--by', 'process'], { by: ['process'], namesFirst: false }],
    [['--by=remote', '--by', 'process'], { by: ['remote', 'process'], namesFirst: true }],
    [['--by', 'none'], { by: [], namesFirst: false }],
    [['--redact'], { redact: true }],
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
    [['--completion', 'csh'], /^--completion cannot be 'csh'$/, /bash, zsh, fish/],
    [['--quiet=false', 'ls'], /^--quiet takes no value$/],
    [['--max-in', '50M', 'ls'], /^bad size '50M'/, /50MiB/],
    [['--max-in', '-5', 'ls'], /^bad size '-5'/],
    [['--interval', 'soon', 'ls'], /^bad duration 'soon'/, /1h30m/],
    [['--interval', '0', 'ls'], /^--interval cannot be 0$/],
    [['--by', 'none', '--by', 'process', 'ls'], /^--by none cannot be combined$/],
    [['--kill', 'ls'], /^--kill needs a limit$/, /--max-in/],
    [['--enforce', 'ls'], /^--enforce needs a limit$/, /--max-in/],
    [['--budget-exit-code', '256', 'ls'], /^--budget-exit-code cannot be '256'$/, /0 to 255/],
    [['--budget-exit-code', '1.5', 'ls'], /^--budget-exit-code cannot be '1\.5'$/],
    [['--budget-exit-code=-1', 'ls'], /^--budget-exit-code cannot be '-1'$/],
    [['--report', 'x.xml', 'ls'], /^--report x\.xml: no format is known for '\.xml'$/, /\.json or \.txt/],
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
