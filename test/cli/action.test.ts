import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseArguments } from '../../src/cli/arguments/parse-arguments.js';
import { githubOutput } from '../../src/report/github/github-output.js';
import { NETMETER, ROOT, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';
import { quiet } from '../report/special.js';

type Step = {
  readonly name: string;
  readonly id?: string;
  readonly shell: string;
  readonly env: Readonly<Record<string, string>>;
  readonly run: string;
};
type Action = {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly [Step, Step] };
};

const FOLDER = join(ROOT, '.github/actions/netmeter');
const text = readFileSync(join(FOLDER, 'action.yml'), 'utf8');
const action = parse(text) as Action;
const [install, run] = action.runs.steps;

/** A step's environment with inputs put in as GitHub does. */
function environment({ env }: Step, inputs: Readonly<Record<string, string>>) {
  const values = {
    ...Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? ''])),
    ...inputs,
  };
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      value.replace(/^\$\{\{ inputs\.(.*) \}\}$/, (_, input: keyof typeof values) => values[input] ?? ''),
    ]),
  );
}

describe('the action', () => {
  test('is a composite one whose scripts hold no input', () => {
    expect(action.runs.using).toBe('composite');
    for (const { shell, run: script } of action.runs.steps) {
      expect(shell).toBe('bash');
      expect(script).not.toContain('${{');
    }
  });

  test('uses every input, and no other', () => {
    const used = new Set([...text.matchAll(/\$\{\{ inputs\.([\w-]+) \}\}/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(Object.keys(action.inputs).sort());
  });

  test('hands on the outputs that netmeter writes', () => {
    const names = githubOutput(quiet).match(/^[\w-]+/gm);
    expect(Object.keys(action.outputs)).toEqual(names);
    for (const [name, { value }] of Object.entries(action.outputs))
      expect(value).toBe(`\${{ steps.${run.id}.outputs.${name} }}`);
  });

  test.each(action.runs.steps)('$name: bash understands it', async ({ run: script }) => {
    expect(await runToEnd('bash', ['-n', '-c', script])).toMatchObject({ status: 0, stderr: '' });
  });
});

describePrivileged('its steps', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'netmeter-action-'));
    mkdirSync(join(folder, 'bin'));
    // An npm that notes what it is asked for and installs the built netmeter.
    const npm = `#!/bin/sh\nprintf '%s\\n' "$@" >${folder}/asked\nmkdir -p ${folder}/netmeter/node_modules/.bin\nln -sf ${NETMETER} ${folder}/netmeter/node_modules/.bin/netmeter\n`;
    writeFileSync(join(folder, 'bin/npm'), npm);
    chmodSync(join(folder, 'bin/npm'), 0o755);
    for (const name of ['summary', 'output']) writeFileSync(join(folder, name), '');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const step = (which: Step, inputs: Readonly<Record<string, string>>) =>
    runToEnd('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', which.run], {
      cwd: folder,
      env: {
        ...process.env,
        PATH: `${folder}/bin:${process.env['PATH']}`,
        RUNNER_TEMP: folder,
        GITHUB_ACTION_PATH: FOLDER,
        GITHUB_ACTIONS: 'true',
        GITHUB_STEP_SUMMARY: join(folder, 'summary'),
        GITHUB_OUTPUT: join(folder, 'output'),
        ...environment(which, inputs),
      },
    });

  async function metered(inputs: Readonly<Record<string, string>>) {
    expect(await step(install, inputs)).toMatchObject({ status: 0 });
    return step(run, { args: '--isolation offline', ...inputs });
  }

  test.each([
    ['', JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version],
    ['9.8.7', '9.8.7'],
  ])('version %j installs %s', async (version, installed) => {
    const { status, stderr } = await step(install, { version });
    expect(status, stderr).toBe(0);
    const asked = readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n');
    expect(asked[0]).toBe('install');
    expect(asked.at(-1)).toBe(`netmeter@${installed}`);
  });

  test('the script runs as a step’s own does, is metered, and sets the outputs', async () => {
    const script =
      'echo "one $0"\nprintf "%s\\n" "two  \'three\'"; env | grep -c NETMETER_INPUT || true\nfalse\necho never';
    const { status, stdout, stderr } = await metered({ run: script, 'max-total': '5MB' });
    expect(status, stderr).toBe(1);
    expect(stdout).toBe("one bash\ntwo  'three'\n0\n");
    expect(readFileSync(join(folder, 'output'), 'utf8')).toBe(
      'bytes-in=0\nbytes-out=0\nbytes-total=0\nverdict=within\n',
    );
    expect(readFileSync(join(folder, 'summary'), 'utf8')).toContain('✔ within budget');
  });

  test('a pipe fails with its first part, and so does the step', async () => {
    expect((await metered({ run: '(exit 7) | cat' })).status).toBe(7);
  });

  test('options are parted at spaces and lines, and nothing in them is expanded', async () => {
    writeFileSync(join(folder, 'a.json'), '');
    const args = '--isolation offline\n  --report *.md --report $(id).txt\n';
    const { status, stderr } = await metered({ run: 'true', args });
    expect(status, stderr).toBe(0);
    expect(readFileSync(join(folder, '*.md'), 'utf8')).toContain('netmeter');
    expect(readFileSync(join(folder, '$(id).txt'), 'utf8')).toContain('netmeter');
  });

  test('limits are handed on, and a bad one is said', async () => {
    const { status, stderr } = await metered({ run: 'true', 'max-in': '50q' });
    expect(status).toBe(125);
    expect(stderr).toContain("--max-in: bad size '50q'");
  });
});

describe('what the page about CI shows of it', () => {
  const blocks = [...readFileSync(join(ROOT, 'src/docs/ci.md'), 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    ([, block = '']) => parse(block),
  );
  const steps = blocks.filter(Array.isArray).flat() as { uses?: string; with?: Record<string, string> }[];
  const ours = steps.filter(({ uses }) => uses?.includes('netmeter'));

  test('every snippet is YAML', () => {
    expect(blocks.length).toBeGreaterThan(3);
  });

  test('names the action where it is, with inputs that it has', async () => {
    expect(ours.length).toBeGreaterThan(0);
    for (const { uses, with: inputs = {} } of ours) {
      expect(uses).toMatch(/^OWNER\/netmeter\/\.github\/actions\/netmeter@v\d$/);
      expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(inputs)));
      expect(inputs['run']).toBeTruthy();
      const words = (inputs['args'] ?? '').split(/\s+/).filter(Boolean);
      expect((await parseArguments([...words, '--', 'true'])).kind).toBe('run');
    }
  });
});
