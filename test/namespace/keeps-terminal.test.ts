import { expect, test } from 'vitest';
import { NETMETER, runToEnd } from '../netmeter.js';
import { describePrivileged } from '../privileged.js';

/** Runs a shell line in a terminal of its own (script(1)), with what is typed into it. */
const inTerminal = (line: string, typed = '') =>
  runToEnd('sh', ['-c', `(sleep 1; printf '${typed}'; sleep 1) | script -qec ${JSON.stringify(line)} /dev/null`]);

const METER = `env NO_COLOR=1 ${process.execPath} ${NETMETER}`;

describePrivileged('the terminal is the command’s', () => {
  test('it is one, for all three descriptors', async () => {
    const { stdout } = await inTerminal(`${METER} -q -- sh -c 'test -t 0 && test -t 1 && test -t 2 && echo all three'`);
    expect(stdout).toContain('all three');
  });

  test('^C reaches the command once, and netmeter reports on', async () => {
    const line = `${METER} -- sh -c 'trap "echo caught" INT; sleep 2; sleep 0.1; exit 5'`;
    const { stdout, status } = await inTerminal(line, '\\003');
    expect(stdout.match(/^(?:\^C)?caught\r?$/gm)).toHaveLength(1);
    expect(stdout).toContain('(exit 5');
    expect(status).toBe(5);
  });
});
