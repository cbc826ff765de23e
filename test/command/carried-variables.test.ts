import { expect, test } from 'vitest';
import { carriedPast } from '../../src/command/carried-variables.js';

const env = { PATH: '/bin', LD_PRELOAD: './x.so', GLIBC_TUNABLES: 'a=b', LDAP: 'c' };
const argv = ['job', '-v'];
const setpriv = ['/usr/bin/setpriv', '--reuid=1', '--'];

test('what the loader obeys is handed to the command, past the programs that go before it', () => {
  expect(carriedPast(setpriv, { argv, env }, '/usr/bin/env')).toEqual({
    argv: [...setpriv, '/usr/bin/env', 'LD_PRELOAD=./x.so', 'GLIBC_TUNABLES=a=b', ...argv],
    env: { PATH: '/bin', LDAP: 'c' },
  });
  expect(carriedPast(setpriv, { argv, env }, undefined)).toBeUndefined();
});

test('a command whose name env would take for a variable is not', () => {
  const { argv: words = [] } =
    carriedPast(['/usr/bin/env'], { argv: ['./a=b', 'c d'], env: { ...env, PATH: '/bin' } }, '/usr/bin/env') ?? {};
  expect(words.slice(3)).toEqual(['GLIBC_TUNABLES=a=b', '/bin/sh', '-c', 'exec "$0" "$@"', './a=b', 'c d']);
});

test('where there is no such program, or no such variable, nothing changes', () => {
  expect(carriedPast([], { argv, env }, '/usr/bin/env')).toEqual({ argv, env });
  const plain = { PATH: '/bin' };
  expect(carriedPast(setpriv, { argv, env: plain }, undefined)).toEqual({ argv: [...setpriv, ...argv], env: plain });
});
