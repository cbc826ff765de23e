import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { jsonSource } from '../../../src/cli/config/json-source.js';
import { withBudgetOf } from '../../../src/cli/config/load-budget.js';
import { parseConfig } from '../../../src/cli/config/parse-config.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const none = { limits: {}, warnLimits: {} };

function load(file: string, text: string, name?: string, words = none, found = false) {
  const path = join(folder, file);
  writeFileSync(path, text);
  return withBudgetOf({ path, found }, name, words);
}

const LIMITS = `{
  max: {
    in: '50MB', out: 7, total: '1KiB', rateAverage: '1kB/s', ratePeak: '2kB/s', connections: 3, dnsQueries: '4',
    loopback: 5, hostLocal: '6B', remotes: { '*.example.com': '1MB' }, processes: { git: 0 },
  },
  warn: { in: 1 },
  budgets: { install: { max: { total: '5MB' } } },
}`;
const EXPECTED = {
  limits: {
    in: 50_000_000,
    out: 7,
    total: 1024,
    rateAverage: 1000,
    ratePeak: 2000,
    connections: 3,
    dnsQueries: 4,
    loopback: 5,
    hostLocal: 6,
    remotes: { '*.example.com': 1_000_000 },
    processes: { git: 0 },
  },
  warnLimits: { in: 1 },
};

describe('a budget is read from', () => {
  test.each([
    ['netmeter.config.ts', `const limits: object = ${LIMITS};\nexport default limits;`],
    ['netmeter.config.js', `module.exports = ${LIMITS};`],
    ['esm.mjs', `export default ${LIMITS};`],
    ['netmeter.config.json', LIMITS],
    ['package.json', `{ "netmeter": ${LIMITS} }`],
  ])('%s', async (file, text) => {
    const json = text
      .replaceAll(/(?<=[{,]\s*)(\w+):/g, '"$1":')
      .replaceAll("'", '"')
      .replaceAll(/,(?=\s*})/g, '');
    expect(await load(file, file.endsWith('.json') ? json : text)).toEqual(EXPECTED);
  });

  test('its name', async () => {
    expect(await load('netmeter.config.js', `module.exports = ${LIMITS};`, 'install')).toEqual({
      limits: { total: 5_000_000 },
      warnLimits: {},
    });
  });

  test('words win over it, one by one', async () => {
    const words = { limits: { in: 9, remotes: { '*.example.com': 8, other: 7 } }, warnLimits: { out: 6 } } as never;
    const text = '{ "max": { "in": 1, "out": 2, "remotes": { "*.example.com": 3, "x": 4 } }, "warn": { "out": 5 } }';
    expect(await load('netmeter.config.json', text, undefined, words)).toEqual({
      limits: { in: 9, out: 2, remotes: { '*.example.com': 8, x: 4, other: 7 } },
      warnLimits: { out: 6 },
    });
  });
});

describe('an error points at its line', () => {
  test.each<[string, string, RegExp]>([
    ['a.json', '{\n  "max": {\n    "in": "5Mb"\n  }\n}', /a\.json:3:5: max\.in: bad size '5Mb': .*say MB/],
    ['a.json', '{\n  "max": {\n    "totl": 5\n  }\n}', /a\.json:3:5: unknown key 'max\.totl'; did you mean 'total'\?/],
    ['a.json', '{\n "budget": {} }', /a\.json:2:2: unknown key 'budget'; did you mean 'budgets'\?/],
    ['a.json', '{ "budgets": {\n "x": { "max": { "remotes": {\n "y": -1 } } } } }', /a\.json:3:2: .*bad size '-1'/],
    ['a.json', '{ "max": { "connections": "1.5" } }', /a\.json:1:12: max\.connections: bad count/],
    ['a.json', '{ "max": { "in": null } }', /a\.json:1:12: max\.in must be string or number, not null/],
    ['a.json', '{ "max": [] }', /a\.json:1:3: max must be an object, not a list/],
    ['a.json', '[]', /a\.json:1:1: the configuration must be an object/],
    ['a.json', '7', /a\.json:1:1: the configuration must be object, not 7/],
    ['a.json', '{\n "max": {},\n}', /a\.json:3:1: /],
    ['a.json', '', /a\.json/],
    ['package.json', '{\n "netmeter": {\n "maxx": 1 } }', /package\.json:3:2: unknown key 'maxx'/],
    [
      'a.js',
      'const in_ = 1;\nmodule.exports = { warn: {},\n  max: { "in": "x" } };',
      /a\.js:3:10: max\.in: bad size 'x'/,
    ],
    ['a.js', 'module.exports = Object.fromEntries([["max", { in: "x" }]]);', /a\.js: max\.in: bad size/],
    ['a.js', 'throw new Error("oh");', /a\.js: it cannot be run: oh/],
    ['a.mjs', 'export const max = {};', /a\.mjs: the configuration must be object, not undefined/],
    ['a.ts', 'export default { max: { in: \n', /a\.ts: it cannot be run: /],
  ])('%s %j', async (file, text, message) => {
    await expect(load(file, text)).rejects.toMatchObject({ code: 'CONFIG', message: expect.stringMatching(message) });
  });

  test('a file that is missing, and a budget that is', async () => {
    const gone = withBudgetOf({ path: join(folder, 'gone.json'), found: false }, undefined, none);
    await expect(gone).rejects.toMatchObject({ code: 'CONFIG', message: expect.stringContaining('gone.json: ENOENT') });
    await expect(load('a.js', `module.exports = ${LIMITS};`, 'instal')).rejects.toMatchObject({
      message: expect.stringContaining("has no budget 'instal'"),
      cure: 'It has: install.',
    });
  });
});

describe.runIf(process.getuid?.() === 0)('code that another user may have written', () => {
  const text = 'module.exports = { max: { in: 1 } };';
  const spoil = async (found: boolean, how: (path: string) => void) => {
    await load('a.js', text);
    how(join(folder, 'a.js'));
    return withBudgetOf({ path: join(folder, 'a.js'), found }, undefined, none);
  };
  test.each([
    ['belongs to it', (path: string) => chownSync(path, 4711, 4711)],
    ['may be written by all', (path: string) => chmodSync(path, 0o666)],
  ])('is not run when it was only found: %s', async (_, how) => {
    await expect(spoil(true, how)).rejects.toMatchObject({ code: 'CONFIG', message: /another user/ });
    expect(await spoil(false, how)).toEqual({ limits: { in: 1 }, warnLimits: {} });
  });
});

test('no JSON makes the parser fail in an unexpected way', () => {
  const keys = fc.constantFrom('max', 'warn', 'budgets', 'in', 'remotes', 'rateAverage', '__proto__', 'x');
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, 5, '5MB', 'x', true),
      fc.array(tie('value'), { maxLength: 2 }),
      fc.dictionary(keys, tie('value'), { maxKeys: 3 }),
    ),
  }));
  fc.assert(
    fc.property(value, (given) => {
      try {
        parseConfig(jsonSource('a.json', JSON.stringify(given), false));
      } catch (error) {
        expect(error).toMatchObject({ code: 'CONFIG', message: expect.stringMatching(/^a\.json:1:\d+: /) });
      }
    }),
  );
});
