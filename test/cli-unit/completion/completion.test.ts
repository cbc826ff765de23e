import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPTIONS } from '../../../src/cli/arguments/options.js';
import { completionScript } from '../../../src/cli/completion/completion.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

describe.each(SHELLS)('the completion of %s', (shell) => {
  test('is the golden one', async () => {
    await expect(completionScript(shell)).toMatchFileSnapshot(`golden/completion.${shell}`);
  });

  test.each(OPTIONS)('knows --$name', ({ name, description }) => {
    expect(completionScript(shell)).toMatch(new RegExp(shell === 'fish' ? `-l ${name} ` : `--${name}\\b`));
    if (shell !== 'bash') expect(completionScript(shell).replaceAll('\\', '')).toContain(description);
  });
});

describe('in bash', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netmeter-completion-'));
    writeFileSync(join(folder, 'a report.json'), '');
    writeFileSync(join(folder, 'netmeter.bash'), completionScript('bash'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What a press of TAB behind the words offers. The last word is the one under the cursor. */
  function offered(words: readonly string[], before = ''): string[] {
    const script = `${before}
      source ./netmeter.bash || exit 3
      compopt() { :; }  # only works within a real completion
      COMP_WORDS=(netmeter "$@") COMP_CWORD=$#
      _netmeter && printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { PATH: process.env['PATH'] };
    const out = execFileSync('bash', ['--norc', '-c', script, 'bash', ...words], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    // A command can be in several folders of PATH; bash shows it once.
    return [...new Set(out.split('\n'))].filter(Boolean);
  }

  test('the script has no syntax error', () => {
    execFileSync('bash', ['-n', join(folder, 'netmeter.bash')]);
  });

  test.each<[string[], string[]]>([
    [['--max-r'], ['--max-rate-average', '--max-rate-peak', '--max-remote']],
    [['-q', '--max-t'], ['--max-total']],
    [['--max-in', '5', '--q'], ['--quiet']],
    [['--max-in', '=', '5', '--q'], ['--quiet']],
    [
      ['--wait', ''],
      ['tree', 'command'],
    ],
    [['--wait', 'c'], ['command']],
    [
      ['--wait', '='],
      ['tree', 'command'],
    ],
    [['--wait', '=', 'c'], ['command']],
    [['--completion', 'f'], ['fish']],
    [['--report', 'a r'], ['a report.json']],
    [['--max-in', '5'], []],
    [['--max-in', '--'], []],
    [['mkfif'], ['mkfifo']],
    [['-q', '--', 'mkfif'], ['mkfifo']],
    [['--max-in', '5', '--', 'mkfif'], ['mkfifo']],
    [['--max-in', '=', '5', '--', 'mkfif'], ['mkfifo']],
    [['--', '--qui'], []],
    [['cat', '--qui'], []],
    [['cat', 'mkfif'], []],
    [['-q', '--', 'cat', '--wait', ''], []],
  ])('%j offers %j', (words, offers) => {
    expect(offered(words)).toEqual(offers);
  });

  describe.each(['_command_offset', '_comp_command_offset'])('with the package bash-completion (%s)', (name) => {
    const before = `${name}() { COMPREPLY=("from word $1"); }`;

    test.each<[string[], number]>([
      [['gi'], 1],
      [['--', 'gi'], 2],
      [['git', 'ch'], 1],
      [['-q', '--', 'git', '--ver'], 3],
      [['--max-in', '5', 'git', 'ch'], 3],
      [['--max-in', '=', '5', '--', 'git', 'ch'], 5],
      [['--', 'npm', 'run', '--', 'x'], 2],
    ])('%j is completed by the command at word %i', (words, index) => {
      expect(offered(words, before)).toEqual([`from word ${index}`]);
    });
  });
});
