import { describe, expect, test } from 'vitest';
import { ciSystem } from '../../../src/cli/ci/ci-system.js';
import { inert } from '../../../src/cli/terminal/inert.js';
import { commandsIn } from '../../report/runner.js';
import { hostile } from '../../report/special.js';

const GITHUB = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: '/summary' };

test.each([
  ['auto', GITHUB, 'github'],
  ['auto', {}, undefined],
  ['auto', { GITHUB_ACTIONS: 'true' }, undefined],
  ['auto', { GITHUB_STEP_SUMMARY: '/summary' }, undefined],
  ['auto', { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: '' }, undefined],
  ['auto', { GITLAB_CI: 'true' }, undefined],
  ['github', {}, 'github'],
  ['gitlab', GITHUB, undefined],
  ['none', GITHUB, undefined],
] as const)('--ci %s with %j means %s', (choice, env, system) => {
  expect(ciSystem(choice, env)).toBe(system);
});

describe('our lines in the log of GitHub Actions', () => {
  test.each(hostile.warnings.map(({ message }) => message))('hold no command of %j', (message) => {
    const text = `${message}\n  ${message}\nnetmeter: ${message}\n`;
    expect(commandsIn(inert(text, GITHUB))).toEqual([]);
  });

  test('would hold some without that', () => {
    expect(hostile.warnings.flatMap(({ message }) => commandsIn(message)).map(({ name }) => name)).toEqual([
      'error',
      'add-mask',
    ]);
  });

  test('keep everything else', () => {
    const text = 'netmeter: curl http://[::1]/ # [x]\n  blocked  tcp [::1]:80, a::b\n:one\n';
    expect(inert(text, GITHUB)).toBe(text);
  });

  test('are as they are anywhere else', () => {
    expect(inert('::error::x ##[x]', {})).toBe('::error::x ##[x]');
  });
});
