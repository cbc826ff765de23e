import { isIP } from 'node:net';
import { constants } from 'node:os';
import * as v from 'valibot';
import { NetmeterError } from '../errors.js';
import type { FromCaller, Request } from './protocol.js';

/*
 * What the caller may ask of the part that runs as root: what the command line could have said, in the same shapes. Texts that
 * end up in rules of the firewall are what they seem to be.
 */
const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;
const count = v.custom<number>(isCount, 'a whole number is needed');
const rate = v.pipe(v.number(), v.finite(), v.minValue(0));
/** valibot's own record leaves out names that every object has. */
const table = <Value>(fits: (value: unknown) => boolean) =>
  v.custom<Readonly<Record<string, Value>>>(
    (given) => typeof given === 'object' && given !== null && !Array.isArray(given) && Object.values(given).every(fits),
  );
const word = v.pipe(
  v.string(),
  v.check((text) => !text.includes('\0')),
);

const limits = v.strictObject({
  in: v.optional(count),
  out: v.optional(count),
  total: v.optional(count),
  rateAverage: v.optional(rate),
  ratePeak: v.optional(rate),
  connections: v.optional(count),
  dnsQueries: v.optional(count),
  loopback: v.optional(count),
  hostLocal: v.optional(count),
  remotes: v.optional(table<number>(isCount)),
  processes: v.optional(table<number>(isCount)),
});

const protocol = v.picklist(['tcp', 'udp']);
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const address = v.pipe(
  v.string(),
  v.check((text) => isIP(text) !== 0 && !text.includes('%')),
);

const destination = v.variant('kind', [
  v.strictObject({
    kind: v.literal('name'),
    pattern: v.pipe(v.string(), v.regex(/^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/)),
  }),
  v.strictObject({
    kind: v.literal('network'),
    family: v.picklist(['4', '6']),
    network: v.pipe(v.string(), v.check(isNetwork)),
  }),
]);

function isNetwork(text: string): boolean {
  const [host = '', length = '', more] = text.split('/');
  const family = isIP(host);
  const isLength = /^\d{1,3}$/.test(length) && Number(length) <= (family === 4 ? 32 : 128);
  return family !== 0 && !host.includes('%') && isLength && more === undefined;
}

const options = v.strictObject({
  isolation: v.optional(v.picklist(['auto', 'veth', 'host', 'join'])),
  baselineIdle: v.optional(count),
  ignoreBypasses: v.optional(v.boolean()),
  limits: v.optional(limits),
  warnLimits: v.optional(limits),
  kill: v.optional(v.boolean()),
  enforce: v.optional(v.boolean()),
  rateLimit: v.optional(rate),
  egress: v.optional(v.strictObject({ allow: v.array(destination), deny: v.array(destination) })),
  interval: v.optional(v.pipe(count, v.minValue(1))),
  linger: v.optional(count),
  grace: v.optional(count),
  wait: v.optional(v.picklist(['tree', 'command'])),
  processes: v.optional(v.boolean()),
  reverseDns: v.optional(v.boolean()),
  hostPorts: v.optional(v.array(v.strictObject({ port, protocol }))),
  publish: v.optional(v.array(v.strictObject({ address: v.optional(address), host: port, inner: port, protocol }))),
  openFiles: v.optional(v.pipe(count, v.minValue(1))),
});

const request = v.strictObject({
  argv: v.pipe(v.array(word), v.minLength(1)),
  options,
  env: table<string>((value) => typeof value === 'string' && !value.includes('\0')),
  cwd: v.optional(v.pipe(word, v.startsWith('/'))),
  umask: v.pipe(count, v.maxValue(0o777)),
  netns: v.optional(word),
  user: v.optional(word),
});

const fromCaller = v.variant('kind', [
  v.strictObject({ kind: v.literal('signal'), signal: v.custom<NodeJS.Signals>(isSignal) }),
  v.strictObject({ kind: v.literal('stop') }),
  v.strictObject({ kind: v.literal('hurry') }),
]);

function isSignal(value: unknown): boolean {
  return typeof value === 'string' && Object.hasOwn(constants.signals, value);
}

/** @throws {NetmeterError} USAGE */
export const parseRequest = (given: unknown): Request => parsed(request, given) as unknown as Request;

/** @throws {NetmeterError} USAGE */
export const parseFromCaller = (given: unknown): FromCaller => parsed(fromCaller, given);

function parsed<Schema extends v.GenericSchema>(schema: Schema, given: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, given);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new NetmeterError(
    'USAGE',
    `what netmeter's privileged part was asked is not understood: ${v.getDotPath(issue) ?? ''}`,
    {
      cure: 'Both parts must be of one version.',
    },
  );
}

/** Names of what may be asked. */
export const askedNames = (): readonly string[] => Object.keys(options.entries);
