import { NetmeterError } from '../../../errors.js';
import { type Milliseconds, milliseconds } from '../../../units.js';

const MS_PER = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Longest time that a timer can be set to: 2^31 - 1 ms. */
const MAX_MS = 2_147_483_647;

/**
 * Parses a duration: `500ms`, `10s`, `1.5s`, `1h30m`; a bare number is seconds, as for timeout(1).
 * @throws {NetmeterError} USAGE, showing the accepted forms
 */
export function parseDuration(text: string): Milliseconds {
  const trimmed = text.trim();
  const bare = /^\d+(?:\.\d+)?$/.test(trimmed) ? `${trimmed}s` : trimmed;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(bare)) throw badDuration(text);
  const parts = [...bare.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  const total = Math.round(
    parts.reduce((sum, [, count, unit]) => sum + Number(count) * MS_PER[unit as keyof typeof MS_PER], 0),
  );
  if (total > MAX_MS) throw badDuration(text);
  return milliseconds(total);
}

const badDuration = (text: string) =>
  new NetmeterError('USAGE', `bad duration '${text}'`, {
    cure: 'Durations are like 500ms, 10s, 10m, 1h30m; a bare number is seconds; at most 24 days.',
  });
