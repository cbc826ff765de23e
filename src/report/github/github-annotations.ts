import type { Measurement } from '../../measurement/measurement.js';
import { limitText } from '../phrases/limit-text.js';
import { visible } from '../visible.js';

/** GitHub shows ten of each level for a step. */
const MOST = 10;

/** The runner cuts messages at 4096 characters, counted after it has undone the escapes, of up to three each. */
const LENGTH = 1300;

type Annotation = { readonly level: 'error' | 'warning'; readonly message: string };

/** Workflow commands that annotate the job: one for each limit that was broken or cannot be judged, and each warning. */
export function githubAnnotations(
  { budget, warnings }: Measurement,
  { errorsOnly = false }: { readonly errorsOnly?: boolean } = {},
): string[] {
  const broken = (budget?.limits ?? []).filter(({ verdict }) => verdict !== 'within');
  const all: Annotation[] = [
    ...broken.map(
      (limit) => ({ level: limit.level === 'warn' ? 'warning' : 'error', message: limitText(limit) }) as const,
    ),
    ...(errorsOnly ? [] : warnings.map(({ message }) => ({ level: 'warning', message }) as const)),
  ];
  const shown = all.length > MOST ? [...all.slice(0, MOST - 1), rest(all.slice(MOST - 1))] : all;
  return shown.map(({ level, message }) => `::${level} title=${property('netmeter')}::${data(clip(message))}`);
}

const rest = (others: readonly Annotation[]): Annotation => ({
  level: others.some(({ level }) => level === 'error') ? 'error' : 'warning',
  message: `and ${others.length} more: see the summary`,
});

/** By code points: half a surrogate pair is no character. */
function clip(message: string): string {
  const characters = [...visible(message)];
  return characters.length <= LENGTH ? characters.join('') : `${characters.slice(0, LENGTH - 1).join('')}…`;
}

/** What would end the command or be undone as an escape (actions/toolkit, command.ts). */
const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
