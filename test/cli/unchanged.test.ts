import { expect, test } from 'vitest';
import { NETMETER, runToEnd } from '../netmeter.js';

const METER = `'${process.execPath}' '${NETMETER}'`;
const bash = (line: string) => runToEnd('bash', ['-c', line]);

test.each([
  ['an argument of the command', `${METER} -- printf %s $'a\\xffb'`, "the argument 'a\ufffdb' is not UTF-8"],
  ['an argument of netmeter', `${METER} --report $'\\xe4.json' -- true`, "the argument '\ufffd.json' is not UTF-8"],
  ['an argument of one of its commands', `${METER} compare $'\\xe4.json' b.json`, "'\ufffd.json' is not UTF-8"],
  ['a variable', `NAME=$'\\xff' ${METER} -- true`, 'the variable NAME is not UTF-8'],
])('%s that Node would change is refused before anything starts', async (_, line, message) => {
  const { status, stdout, stderr } = await bash(`${line} >/dev/null`);
  expect([status, stdout]).toEqual([125, '']);
  expect(stderr).toContain(message);
});

test('what is UTF-8 is handed on', async () => {
  const { status, stderr } = await bash(`${METER} -- /no/such/grüße-日本`);
  expect(status).toBe(127);
  expect(stderr).toContain('/no/such/grüße-日本');
});
