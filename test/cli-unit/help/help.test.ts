import { describe, expect, test } from 'vitest';
import { OPTIONS } from '../../../src/cli/arguments/options.js';
import { exitStatus } from '../../../src/cli/exit-status.js';
import { COMMAND_NAMES } from '../../../src/cli/help/command-names.js';
import { helpText } from '../../../src/cli/help/help.js';

describe('the help', () => {
  test.each(OPTIONS)('names --$name and what it does', async ({ name, alias, description }) => {
    const help = (await helpText(100)).replaceAll(/\s+/g, ' ');
    expect(help).toMatch(alias ? new RegExp(`-${alias}, --${name}\\b`) : new RegExp(` --${name}\\b`));
    expect(help).toContain(description);
  });

  test.each(Object.entries(COMMAND_NAMES))('names the command %s and what it does', async (name, what) => {
    expect(await helpText(80)).toMatch(new RegExp(`netmeter ${name} +${what}`));
  });

  test.each([40, 80, 100, 300])('fits a terminal of %i columns', async (width) => {
    const lines = (await helpText(width)).split('\n');
    expect(lines.filter((line) => line.length > Math.min(width, 100))).toEqual([]);
  });

  test('is for 80 columns when the width is not known', async () => {
    expect(await helpText(0)).toBe(await helpText(80));
    expect(await helpText(undefined)).toBe(await helpText(80));
  });

  test('has the exit codes that are used', async () => {
    const help = await helpText(80);
    for (const kind of ['failed', 'not-executable', 'not-found'] as const)
      expect(help).toMatch(new RegExp(`^ *${exitStatus({ kind })}  `, 'm'));
    expect(help).toMatch(/^ *120 {2}.*budget/m);
  });

  test('does not wrap what is laid out by hand', async () => {
    expect(await helpText(80)).toContain('  netmeter -q --report net.json -- ./test ');
    expect(await helpText(80)).toMatch(/^ *126 .*\n *127 .*\n/m);
  });
});
