import { expect, test } from 'vitest';
import { attach, measure } from '../src/index.js';

/** As a program without types would call it. */
const loosely = (call: (...given: never[]) => Promise<unknown>, ...given: readonly unknown[]) =>
  call(...(given as never[]));

test.each<[readonly unknown[], string, RegExp]>([
  [['true'], "the command cannot be 'true'", /list of strings/],
  [[['sleep', 5]], 'the command cannot be ["sleep",5]', /list of strings/],
  [[undefined], 'the command cannot be undefined', /list of strings/],
  [[[]], 'no command was given', /list of strings/],
  [
    [['true'], { isolation: 'foo' }],
    "isolation cannot be 'foo'",
    /^Choose one of: auto, veth, user-mode, host, join, offline\.$/,
  ],
  [[['true'], { isolation: 'constructor' }], "isolation cannot be 'constructor'", /veth/],
  [[['true'], { wait: 'ever' }], "wait cannot be 'ever'", /tree, command/],
  [[['true'], { interval: 0 }], 'interval cannot be 0', /milliseconds/],
  [[['true'], { linger: '2s' }], "linger cannot be '2s'", /milliseconds/],
  [[['true'], { limits: { total: '5MB' } }], "limits.total cannot be '5MB'", /parseSize/],
  [[['true'], { limits: { total: Number.NaN } }], 'limits.total cannot be NaN', /a number/],
  [[['true'], { limits: { remotes: { a: '5MB' } } }], 'limits.remotes cannot be {"a":"5MB"}', /a number/],
  [[['true'], { warnLimits: { totl: 5 } }], "warnLimits cannot have 'totl'", /in, out, total/],
  [[['true'], { hostPorts: [5432] }], 'hostPorts cannot be [5432]', /a list of ports/],
])('measure(%j) says what is expected', async (given, message, cure) => {
  const refused = { name: 'NetmeterError', code: 'USAGE', message, cure: expect.stringMatching(cure) };
  await expect(loosely(measure, ...given)).rejects.toMatchObject(refused);
});

test.each([
  [['1'], "what to attach to cannot be '1'"],
  [[{}], 'what to attach to cannot be {}'],
  [[null], 'what to attach to cannot be null'],
  [[1, { limits: { in: '1' } }], "limits.in cannot be '1'"],
])('attach(%j) says what is expected', async (given, message) => {
  await expect(loosely(attach, ...given)).rejects.toMatchObject({ code: 'USAGE', message });
});
