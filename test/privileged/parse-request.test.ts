import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NetmeterError } from '../../src/errors.js';
import { askedNames, parseFromCaller, parseRequest } from '../../src/privileged/parse-request.js';
import { OPTION_NAMES } from '../../src/privileged/protocol.js';

const GOOD = { argv: ['true'], options: {}, env: { PATH: '/bin', __proto__: null }, cwd: '/', umask: 0o22 };
const withOptions = (options: object) => ({ ...GOOD, options });

test('both parts know the same options', () => {
  expect(askedNames()).toEqual(OPTION_NAMES);
});

test('what the command line may say is taken as it is', () => {
  const request = withOptions({
    limits: { in: 5, rateAverage: 0.5, remotes: JSON.parse('{ "__proto__": 5, "constructor": 6 }') },
    warnLimits: {},
    egress: {
      allow: [
        { kind: 'name', pattern: '*.example.org' },
        { kind: 'network', family: '6', network: '2001:db8::/32' },
      ],
      deny: [],
    },
    publish: [{ address: '::1', host: 80, inner: 8080, protocol: 'tcp' }],
    hostPorts: [{ port: 53, protocol: 'udp' }],
    openFiles: 1024,
    wait: 'command',
  });
  expect(parseRequest(request)).toEqual(request);
  expect(Object.keys(parseRequest(request).options.limits?.remotes ?? {})).toEqual(['__proto__', 'constructor']);
});

describe('what it could not have said is refused', () => {
  test.each<[string, unknown]>([
    ['nothing', null],
    ['a list', []],
    ['an account', { ...GOOD, account: { uid: 0, gid: 0, groups: [0] } }],
    ['an account among the options', withOptions({ account: { uid: 0, gid: 0 } })],
    ['another isolation', withOptions({ isolation: 'join', netns: '/etc/shadow' })],
    ['standard streams', withOptions({ stdio: ['pipe'] })],
    [
      'a rule in the place of an address',
      withOptions({
        egress: { allow: [{ kind: 'network', family: '4', network: '0.0.0.0/0 } ; flush ruleset' }], deny: [] },
      }),
    ],
    [
      'a rule in the place of a name',
      withOptions({ egress: { allow: [], deny: [{ kind: 'name', pattern: 'a"; flush ruleset' }] } }),
    ],
    ['a rule in the place of a protocol', withOptions({ hostPorts: [{ port: 5, protocol: 'tcp dport 1 accept' }] })],
    ['a port that is text', withOptions({ publish: [{ host: '80', inner: 80, protocol: 'tcp' }] })],
    [
      'an address with a zone',
      withOptions({ publish: [{ address: 'fe80::1%eth0', host: 80, inner: 80, protocol: 'tcp' }] }),
    ],
    ['a limit that is text', withOptions({ limits: { in: '5; flush' } })],
    ['a limit that is negative', withOptions({ limits: { in: -5 } })],
    ['an interval of nothing', withOptions({ interval: 0 })],
    ['no command', { ...GOOD, argv: [] }],
    ['a folder that is none', { ...GOOD, cwd: 'x' }],
    ['an umask with more bits', { ...GOOD, umask: 0o4000 }],
    ['a variable that is no text', { ...GOOD, env: { A: 5 } }],
  ])('%s', (_, given) => {
    expect(() => parseRequest(given)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  test.each([{ kind: 'signal', signal: 'SIGNONE' }, { kind: 'signal', signal: 9 }, { kind: 'other' }, 5, null])(
    '%j',
    (said) => {
      expect(() => parseFromCaller(said)).toThrow(NetmeterError);
    },
  );

  test('anything at all, without another error', () => {
    fc.assert(
      fc.property(
        fc.anything({ maxDepth: 4 }),
        fc.dictionary(fc.constantFrom(...OPTION_NAMES), fc.anything()),
        (any, options) => {
          for (const given of [any, withOptions(options)])
            for (const parse of [parseRequest, parseFromCaller])
              try {
                parse(given);
              } catch (error) {
                expect(error).toBeInstanceOf(NetmeterError);
              }
        },
      ),
    );
  });
});
