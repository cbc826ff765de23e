import { NetmeterError } from '../errors.js';
import { type IpOctets, type OctetsPerSecond, octetsPerSecond } from '../units.js';
import { parseOctets, parseSize } from './parse-size.js';
import { REMOTE_FORMS, whyNoRemote } from './patterns/remote-pattern.js';

/** Parses `10MB/s`. @throws {NetmeterError} USAGE */
export function parseRate(text: string): OctetsPerSecond {
  if (!/\/s$/.test(text.trim())) throw badRate(text, "it does not end in '/s'");
  return parseBareRate(text);
}

/** Parses `10MB/s` or `10MB`. @throws {NetmeterError} USAGE */
export function parseBareRate(text: string): OctetsPerSecond {
  const size = text.trim().replace(/\/s$/, '');
  return octetsPerSecond(parseOctets(size, (reason) => badRate(text, reason), 'it is not a rate'));
}

const badRate = (text: string, reason: string) =>
  new NetmeterError('USAGE', `bad rate '${text}': ${reason}`, {
    cure: 'Rates are bytes a second: 10MB/s, 500kB/s, 1MiB/s.',
  });

/** Parses a count: `12`, `10_000`. @throws {NetmeterError} USAGE */
export function parseCount(text: string): number {
  const digits = text.trim().replaceAll('_', '');
  if (/^\d+$/.test(digits) && Number.isSafeInteger(Number(digits))) return Number(digits);
  throw new NetmeterError('USAGE', `bad count '${text}'`, { cure: 'Counts are whole numbers: 0, 12, 10_000.' });
}

/** What has a limit of its own, by name: remotes, or programs. */
export type NamedSizeForm = 'PATTERN=SIZE' | 'NAME=SIZE';

const EXAMPLES: Readonly<Record<NamedSizeForm, string>> = {
  'PATTERN=SIZE': "'*.example.com=50MB'",
  'NAME=SIZE': 'git=1MB',
};

/** Parses `*.example.com=50MB` or `git=1MB`. @throws {NetmeterError} USAGE */
export function parseNamedSize(text: string, form: NamedSizeForm): readonly [name: string, size: IpOctets] {
  const [, pattern = '', size = ''] = /^(.*)=([^=]*)$/s.exec(text) ?? [];
  if (pattern.trim() === '')
    throw new NetmeterError('USAGE', `bad limit '${text}': it is not ${form}`, {
      cure: `Say, for example, ${EXAMPLES[form]}.`,
    });
  const why = form === 'PATTERN=SIZE' ? whyNoRemote(pattern.trim()) : undefined;
  if (why !== undefined)
    throw new NetmeterError('USAGE', `bad remote '${pattern.trim()}': ${why}`, { cure: REMOTE_FORMS });
  return [pattern.trim(), parseSize(size)];
}
