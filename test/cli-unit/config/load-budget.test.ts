import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { jsonSource } from '../../../src/cli/config/json-source.js';
import { withBudgetOf } from '../../../src/cli/config/load-budget.js';
import { parseConfig } from '../../../src/cli/config/parse-config.js';
import { OWN_BEHALF } from '../../../src/files/behalf.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const none = { limits: {}, warnLimits: {} };

/** The limits; which file they are from is a test of its own. */
async function load(file: string, text: string, name?: string, words = none, found = false) {
  const path = join(folder, file);
  writeFileSync(path, text);
  const { limits, warnLimits } = await withBudgetOf({ path, found }, name, words, { behalf: OWN_BEHALF });
  return { limits, warnLimits };
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
    ['a.json', '{ "max": { "in": null } }', /a\.json:1:12: max\.in must be a string or a number, not null/],
    ['a.json', '{ "max": [] }', /a\.json:1:3: max must be an object, not a list/],
    ['a.json', '[]', /a\.json:1:1: the configuration must be an object/],
    ['a.json', '7', /a\.json:1:1: the configuration must be an object, not 7/],
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
    ['a.mjs', 'export const max = {};', /a\.mjs: the configuration must be an object, not undefined/],
    ['a.ts', 'export default { max: { in: \n', /a\.ts: it cannot be run: /],
  ])('%s %j', async (file, text, message) => {
    await expect(load(file, text)).rejects.toMatchObject({ code: 'CONFIG', message: expect.stringMatching(message) });
  });

  test('a file that is missing, and a budget that is', async () => {
    const gone = withBudgetOf({ path: join(folder, 'gone.json'), found: false }, undefined, none, {
      behalf: OWN_BEHALF,
    });
    await expect(gone).rejects.toMatchObject({
      code: 'CONFIG',
      message: expect.stringContaining('gone.json: no such file'),
    });
    await expect(load('a.js', `module.exports = ${LIMITS};`, 'instal')).rejects.toMatchObject({
      message: expect.stringContaining("has no budget 'instal'"),
      cure: 'It has: install.',
    });
  });
});

describe('names that every object has', () => {
  const NAMES = ['constructor', '__proto__', 'prototype', 'toString', '\0', 'hasOwnProperty'];
  const table = (value: unknown) => Object.fromEntries(NAMES.map((name) => [name, value]));

  test('are limits of remotes and processes like any other', async () => {
    const text = JSON.stringify({ max: { remotes: table('5B'), processes: table(7) } });
    const { limits } = await load('a.json', text);
    expect(Object.entries(limits.remotes ?? {})).toEqual(Object.entries(table(5)));
    expect(Object.entries(limits.processes ?? {})).toEqual(Object.entries(table(7)));
  });

  test.each(NAMES)('%j names a budget', async (name) => {
    const text = JSON.stringify({ budgets: table({ max: { in: 5 } }) });
    expect(await load('a.json', text, name)).toEqual({ limits: { in: 5 }, warnLimits: {} });
  });

  test.each(NAMES)('%j is no kind of limit', async (name) => {
    for (const value of [{ [name]: {} }, { max: { [name]: 5 } }, { budgets: { [name]: { [name]: 5 } } }])
      await expect(load('a.json', JSON.stringify(value))).rejects.toMatchObject({
        code: 'CONFIG',
        message: expect.stringContaining('unknown key'),
      });
  });

  test('without a name there is no limit', async () => {
    await expect(load('a.json', '{ "max": { "remotes": { "": 5 } } }')).rejects.toThrow('a name must not be empty');
  });
});

describe.runIf(process.getuid?.() === 0)('code that another user may have written', () => {
  const text = 'module.exports = { max: { in: 1 } };';
  const spoil = async (found: boolean, how: (path: string) => string) => {
    await load('a.js', text);
    const path = how(join(folder, 'a.js'));
    const { limits, warnLimits } = await withBudgetOf({ path, found }, undefined, none, { behalf: OWN_BEHALF });
    return { limits, warnLimits };
  };
  const inFolder = (uid: number, gid: number, mode: number) => (path: string) => {
    const sub = join(folder, 'sub');
    mkdirSync(sub);
    renameSync(path, join(sub, 'a.js'));
    chownSync(sub, uid, gid);
    chmodSync(sub, mode);
    return join(sub, 'a.js');
  };
  const owned = (uid: number, gid: number, mode: number) => (path: string) => {
    chownSync(path, uid, gid);
    chmodSync(path, mode);
    return path;
  };

  /** As setfacl(1) does; the kernel makes the mask the group's bits of the mode. @param writer its tag and number in the list */
  const listing =
    (writer: readonly [tag: number, id: number], mask: number, on: (path: string) => string) => (path: string) => {
      const none = 2 ** 32 - 1;
      const entries = [
        [1, 7, none],
        [writer[0], 6, writer[1]],
        [4, 4, none],
        [16, mask, none],
        [32, 4, none],
      ];
      const sorted = entries.sort(([one = 0], [other = 0]) => one - other);
      const script =
        "import os, struct, sys; n = [int(x) for x in sys.argv[2:]]; os.setxattr(sys.argv[1], 'system.posix_acl_access', struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *n[i:i+3]) for i in range(0, len(n), 3)))";
      execFileSync('python3', ['-c', script, on(path), ...sorted.flat().map(String)]);
      return path;
    };
  const itself = (path: string) => path;

  test.each<[string, (path: string) => string]>([
    ['may be written by a user of its access list', listing([2, 4711], 7, itself)],
    ['may be written by a group of its access list', listing([8, 4711], 7, itself)],
    ['is in a folder that a user of its access list may write to', listing([2, 4711], 7, dirname)],
    ['belongs to it', owned(4711, 4711, 0o644)],
    ['may be written by all', owned(0, 0, 0o666)],
    ['may be written by a group', owned(0, 4711, 0o664)],
    ['is in its folder', inFolder(4711, 4711, 0o755)],
    ['is in a folder that all may write to', inFolder(0, 0, 0o777)],
    ['is in a folder that a group may write to', inFolder(0, 4711, 0o775)],
    [
      'is behind its link',
      (path) => {
        symlinkSync(path, `${path}.link.js`);
        lchownSync(`${path}.link.js`, 4711, 4711);
        return `${path}.link.js`;
      },
    ],
    [
      'is behind a link into its folder',
      (path) => {
        symlinkSync(inFolder(4711, 4711, 0o755)(path), `${path}.link.js`);
        return `${path}.link.js`;
      },
    ],
  ])('is not run when it was only found: %s', async (_, how) => {
    await expect(spoil(true, how)).rejects.toMatchObject({
      code: 'CONFIG',
      message: expect.stringMatching(/another user may have written \(.*(belongs to user 4711|may be written to by)/),
    });
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    expect(await spoil(false, how)).toEqual({ limits: { in: 1 }, warnLimits: {} });
  });

  test.each<[string, (path: string) => string]>([
    ['is in a folder where nobody moves what is another’s', inFolder(0, 0, 0o1777)],
    ['may be written by a group of root alone', owned(0, 0, 0o664)],
    ['has an access list whose mask lets nobody write', listing([2, 4711], 5, itself)],
    ['may be written by root of its access list', listing([2, 0], 7, itself)],
    [
      'is behind a link of root’s',
      (path) => {
        symlinkSync(path, `${path}.link.js`);
        return `${path}.link.js`;
      },
    ],
  ])('is run: %s', async (_, how) => {
    expect(await spoil(true, how)).toEqual({ limits: { in: 1 }, warnLimits: {} });
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

test.each<[string, object, boolean]>([
  ['{ "max": { "in": 5 } }', {}, true],
  ['{ "warn": { "in": 5 } }', { limits: { in: 1 } }, true],
  ['{ "max": { "in": 5 } }', { limits: { in: 1 } }, false],
  ['{ "max": { "in": 5, "out": 5 } }', { limits: { in: 1 } }, true],
  ['{ "max": { "remotes": { "a": 5 } } }', { limits: { remotes: { b: 1 } } }, true],
  ['{ "max": {} }', {}, false],
  ['{}', { limits: { in: 1 } }, false],
])('%s behind %j gives limits: %s', async (text, given, counts) => {
  const path = join(folder, 'netmeter.config.json');
  writeFileSync(path, text);
  const { config } = await withBudgetOf(
    { path, found: true },
    undefined,
    { ...none, ...given },
    { behalf: OWN_BEHALF },
  );
  expect(config).toBe(counts ? path : undefined);
});

test('a character that is not expected is reported as it is written', async () => {
  await expect(load('netmeter.config.json', '{"max": {},}')).rejects.toThrow(/:1:\d+: Unexpected token '}' found/);
});

test.each([
  ['{"max": ', '1:8'],
  ['', '1:1'],
  ['{\n  "max": {\n', '2:11'],
])('JSON that ends too early is reported with its end: %j', async (text, place) => {
  await expect(load('netmeter.config.json', text)).rejects.toThrow(
    `netmeter.config.json:${place}: it ends where JSON goes on`,
  );
});

test('a format that netmeter does not read is reported, not what Node says of it', async () => {
  const error = {
    message: expect.stringContaining("no format is known for '.yaml'"),
    cure: 'Write it as .json, .js or .ts.',
  };
  await expect(load('netmeter.yaml', 'max:')).rejects.toMatchObject(error);
});

test('a remote that can never be met is refused where it stands', async () => {
  const text = '{"max": {"remotes": {"192.0.2.7:443": 0}}}';
  await expect(load('netmeter.config.json', text)).rejects.toThrow(
    /netmeter.config.json:1:\d+: [^\n]*a single port cannot be chosen/,
  );
});
