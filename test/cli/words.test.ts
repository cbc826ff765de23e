import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { netmeter, ROOT, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';

test('--version', async () => {
  expect(await netmeter(['--version'])).toMatchObject({ status: 0, stdout: 'netmeter 0.1.0\n', stderr: '' });
});

test('--help names every option, gives examples and exit codes', async () => {
  const { status, stdout } = await netmeter(['--help']);
  expect(status).toBe(0);
  for (const word of [
    '--max-in',
    '--report',
    '--user',
    '--wait',
    'netmeter -- npm ci',
    'Exit codes:',
    '120',
    '125',
    '126',
    '127',
  ]) {
    expect(stdout).toContain(word);
  }
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

test.each(['attach', 'budget', 'compare', 'doctor', 'watch'])('help %s is what %s --help is', async (name) => {
  const { status, stdout, stderr } = await netmeter(['help', name]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^Usage: netmeter ${name}\\b`));
  expect(await netmeter([name, '--help'])).toMatchObject({ status: 0, stdout });
  expect((await netmeter(['help'])).stdout).toMatch(new RegExp(`^ {2}netmeter ${name} +[A-Z]`, 'm'));
});

test('a word that is nearly a command of netmeter’s own, and no program, is reported', async () => {
  const { status, stderr } = await netmeter(['comparee', 'a.json', 'b.json']);
  expect(status).toBe(127);
  expect(stderr).toContain("did you mean 'netmeter compare'?");
  expect((await netmeter(['--', 'comparee'])).stderr).not.toContain('did you mean');
});

test.each([
  [[], 'no command was given'],
  [['--'], 'no command was given'],
  [['--max-inn', '3', '--', 'true'], 'did you mean --max-in?'],
  [['--max-in', '--', 'true'], '--max-in needs a value'],
  [['--max-in=', '--', 'true'], '--max-in needs a value'],
  [['--max-in', '50Mb', '--', 'true'], 'say MB'],
  [['--max-tot', '3', '--', 'true'], 'did you mean --max-total?'],
  [['doctor', '--mesure'], 'did you mean --measure?'],
  [['help', 'wathc'], "Did you mean 'netmeter help watch'?"],
  [['--max-in', '1', '--max-in', '2', '--', 'true'], '2 times'],
  [['--wait', 'never', '--', 'true'], 'tree, command'],
  [['--interval', 'soon', '--', 'true'], "bad duration 'soon'"],
  [['--report', 'x.pdf', '--', 'true'], '.json, .txt, .md, .html, .csv, .prom, .xml'],
  [['--ci', 'jenkins', '--', 'true'], 'auto, github, gitlab, none'],
  [['attach', '1', '--max-in'], 'netmeter: --max-in needs a value\n'],
  [['attach', '1', '--max-in', '--quiet'], 'netmeter: --max-in needs a value\n'],
  [['attach', '1', '--quiet=1'], 'netmeter: --quiet takes no value\n'],
  [['attach', '1', '--ci', 'githbu'], 'did you mean github?'],
  [['--budget-exit-code', '256', '--', 'true'], '0 to 255'],
  [['--kill', '--', 'true'], '--kill needs a limit on in, out or total'],
  [['--enforce', '--max-connections', '3', '--', 'true'], '--enforce needs a limit on in, out or total'],
])('%j is refused with the cure', async (words, message) => {
  const ended = await netmeter(words);
  expect(ended).toMatchObject({ status: 125, stdout: '' });
  expect(ended.stderr).toContain(message);
});

test.each([
  [['--max-total', '5', 'MB', '--', 'true'], "did you mean '--max-total 5MB'?"],
  [['–max-in', '5MB', '--', 'true'], "did you mean '--max-in'?"],
])('%j, which makes a command of what was meant for netmeter, is reported', async (words, hint) => {
  const ended = await netmeter(words);
  expect(ended).toMatchObject({ status: 127, stdout: '' });
  expect(ended.stderr).toContain(hint);
});

test.each([
  ['attach', '1', '--max-in', '1XB'],
  ['attach', '1', '--for', 'x'],
  ['attach', '1', '--interval', 'x'],
  ['budget', 'suggest', 'a.json', '--slack', 'x'],
  ['compare', 'a.json', 'b.json', '--max-increase', 'x'],
  ['compare', 'a.json', 'b.json', '--min-increase', 'x'],
  ['watch', '--interval', 'x'],
  ['watch', '--for', 'x'],
])('%s %s ... names the option whose value is wrong', async (...words) => {
  const { status, stderr } = await netmeter(words);
  expect(status).toBe(125);
  expect(stderr).toMatch(new RegExp(`^netmeter: ${words.at(-2)}: bad (size|duration|share) '${words.at(-1)}'`));
});

test.each(['bash', 'zsh', 'fish'])('--completion %s', async (shell) => {
  const { status, stdout } = await netmeter(['--completion', shell]);
  expect(status).toBe(0);
  expect(stdout).toContain('max-total');
});

test.each([
  ['--max-r', ['--max-rate-average', '--max-rate-peak', '--max-remote']],
  ['--wait ', ['tree', 'command']],
  ['--completion z', ['zsh']],
  ['docto', ['doctor']],
  ['atta', ['attach']],
])('bash completes "netmeter %s"', async (typed, expected) => {
  const script = `eval "$(${process.execPath} ${ROOT}bin/netmeter.js --completion bash)"
    COMP_WORDS=(netmeter ${typed.endsWith(' ') ? `${typed}""` : typed}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _netmeter; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await runToEnd('bash', ['--norc', '-c', script]);
  expect(stdout.trim().split('\n'), stderr).toEqual(expected);
});

test('bash completes the wrapped command', async () => {
  const script = `eval "$(${process.execPath} ${ROOT}bin/netmeter.js --completion bash)"
    COMP_WORDS=(netmeter --quiet -- unsh); COMP_CWORD=3; _netmeter; printf '%s\\n' "\${COMPREPLY[@]}"`;
  expect((await runToEnd('bash', ['--norc', '-c', script])).stdout).toContain('unshare');
});

describePrivileged('around a run', () => {
  /** A root folder with nothing but what node itself needs would lose node's libraries: these are hidden instead. */
  const without = (tools: readonly string[], words: string) => {
    const hide = tools.map(
      (tool) =>
        `for f in /usr/sbin/${tool} /sbin/${tool} /usr/bin/${tool} /bin/${tool}; do [ -e $f ] && mount --bind /dev/null $f || :; done`,
    );
    const script = `${hide.join('\n')}\nexec ${process.execPath} ${ROOT}bin/netmeter.js --isolation veth ${words}`;
    return runToEnd('unshare', ['--mount', 'sh', '-c', script]);
  };

  test('a namespace of its own needs no program of the system but a shell', async () => {
    const tools = ['ip', 'tc', 'nft', 'ss', 'ethtool', 'nsenter', 'unshare', 'setpriv', 'prlimit', 'flock', 'grep'];
    const ended = await without(tools, '-- true');
    expect(ended.status, ended.stderr).toBe(0);
    expect(ended.stderr).toContain('counted on the wire, exact (veth');
  });

  test('what is missing is named with its package, and nothing is started', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    try {
      const ended = await without(['sh'], `-- touch ${folder}/started`);
      expect(ended.status).toBe(125);
      expect(ended.stderr).toContain('not found on this system: sh');
      expect(ended.stderr).toContain('apt-get install dash');
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('the part for sudo says why it serves nobody, without a stack', async () => {
    const { status, stderr } = await netmeter(['--netmeter-privileged-part', '/proc/99999999/fd/3']);
    expect(status).toBe(125);
    expect(stderr).toContain('its caller has gone');
    expect(stderr).not.toContain('    at ');
  });

  test('without ps on the machine it works', async () => {
    const script = `mount --bind /dev/null "$(command -v ps)"; exec ${process.execPath} ${ROOT}bin/netmeter.js -- true`;
    expect((await runToEnd('unshare', ['--mount', 'sh', '-c', script])).status).toBe(0);
  });

  test.each([
    ['--report', '/no/such/folder/r.json', /no such file[\s\S]*mkdir -p \/no\/such\/folder/],
    ['--save-baseline', '/no/such/a b/r.json', /no such file[\s\S]*mkdir -p '\/no\/such\/a b'/],
    ['--report', '/dev/null/r.html', /not a directory/],
    ['--report', '/proc/r.csv', /cannot be written: /],
  ])('%s %s, which cannot be written, is refused before the command starts', async (option, path, reason) => {
    const { status, stdout, stderr } = await netmeter([option, path, '--', 'echo', 'ran']);
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' });
    expect(stderr).toMatch(reason);
  });

  test('attach refuses it as well, before it has waited', async () => {
    const { status, stderr } = await netmeter(['attach', `${process.pid}`, '--report', '/no/such/folder/r.json']);
    expect(status).toBe(125);
    expect(stderr).toContain('cannot be written: no such file or directory');
  });

  test('a report whose writing fails in the end is said, and fails only a run that would have passed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    try {
      const file = join(folder, 'full.json');
      symlinkSync('/dev/full', file);
      const ok = await netmeter(['-q', '--report', file, '--', 'true']);
      expect(ok.status).toBe(125);
      expect(ok.stderr).toContain('full.json was not written: no space left on device');
      expect((await netmeter(['-q', '--report', file, '--', 'sh', '-c', 'exit 7'])).status).toBe(7);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a report that waits for the reader of a pipe does not hold off a signal', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
    try {
      const script = `mkfifo ${folder}/r.json; ${process.execPath} ${ROOT}bin/netmeter.js --report ${folder}/r.json -- true 2>${folder}/said & meter=$!
        until grep -q method ${folder}/said; do sleep 0.05; done; kill -TERM $meter; wait $meter`;
      expect((await runToEnd('sh', ['-c', script])).status).toBe(143);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('--report - prints JSON behind the command’s own output', async () => {
    const ended = await netmeter(['-q', '--report', '-', '--', 'echo', 'own']);
    expect(ended.stdout.startsWith('own\n{')).toBe(true);
    expect(JSON.parse(ended.stdout.slice(4))).toMatchObject({ schema: 1, command: { argv: ['echo', 'own'] } });
  });

  test.each([
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    [{ FORCE_COLOR: '1' }, true],
    [{}, false],
  ])('colours with %j: %s', async (env, colored) => {
    const { stderr } = await netmeter(['--', 'true'], { env: { PATH: process.env['PATH'] ?? '', ...env } });
    expect(stderr.includes('\u001b[')).toBe(colored);
  });
});
