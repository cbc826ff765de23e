import { type ErrorCode, NetmeterError } from '../errors.js';
import type { Choice } from '../isolation/choice.js';
import { noteFiles } from '../isolation/notes/note-files.js';
import type { Scope } from '../isolation/scope.js';
import { LinuxError } from '../linux/linux-error.js';
import type { MeasureOptions } from '../measure-options.js';
import type { Warning } from '../measurement/measurement.js';
import { explainMissingLibc } from '../missing-libc.js';
import { needsOf } from './needs.js';
import { openScope, type ScopeOptions } from './open-scope.js';

/** A scope, and what the reader of the report must know of why it is the one. */
export type Chosen = { readonly scope: Scope; readonly warnings: readonly Warning[] };

/** Errors that say that a namespace could not be made, of which nothing is left. */
const NOT_STARTED: ReadonlySet<ErrorCode> = new Set(['SETUP_FAILED', 'FORWARDING_BLOCKED', 'NO_FREE_SUBNET']);

/** Opens the chosen scope. Where that fails, and none was asked for, the command runs in place. */
export async function openChosen(place: Choice, options: ScopeOptions): Promise<Chosen> {
  try {
    const mended = await mendEarlier();
    return { scope: await openScope(place, options), warnings: [...choiceWarnings(place, options), ...mended] };
  } catch (error) {
    if (!isOpen(place, options) || !isNotStarted(error)) throw explainMissingLibc(error);
    const inPlace = { kind: 'host', because: [error.message] } as const;
    return { scope: await openScope(inPlace, options), warnings: choiceWarnings(inPlace, options) };
  }
}

/** Gives back what runs have left that were killed with their guardians, whatever isolation theirs was and ours will be. */
async function mendEarlier(): Promise<Warning[]> {
  if (noteFiles().length === 0) return [];
  const { mend, mendedWarning } = await import('../isolation/veth/giving-back/mend.js');
  return mend().map(mendedWarning);
}

/** Whether the place was netmeter's to choose. */
const isOpen = ({ kind }: Choice, options: MeasureOptions) =>
  (kind === 'veth' || kind === 'user-mode') &&
  (options.isolation ?? 'auto') === 'auto' &&
  (needsOf(options)?.inPlace ?? true);

const isNotStarted = (error: unknown): error is Error =>
  error instanceof LinuxError || (error instanceof NetmeterError && NOT_STARTED.has(error.code));

function choiceWarnings(place: Choice, { baselineIdle }: MeasureOptions): Warning[] {
  return [...placeWarnings(place), ...(baselineIdle !== undefined && !isShared(place) ? [IDLE_UNUSED] : [])];
}

const isShared = ({ kind }: Choice) => kind === 'host' || kind === 'join';

const IDLE_UNUSED: Warning = {
  code: 'IDLE_UNUSED',
  message: '--baseline-idle had no effect: nobody else uses this namespace (it is for --in-place and --netns)',
};

function placeWarnings(place: Choice): Warning[] {
  if (place.kind === 'host' && place.because)
    return [
      {
        code: 'IN_PLACE',
        message: `measured in place, not in a namespace: ${place.because.join('; ')} (netmeter doctor says what helps)`,
      },
    ];
  if (place.kind === 'veth' && place.evades)
    return [{ code: 'EVADES', message: `not as it would be in place: ${place.evades.join('; ')} (--in-place)` }];
  return [];
}
