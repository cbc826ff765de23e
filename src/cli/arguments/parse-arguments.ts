import type { Values } from './option-values.js';
import { runOptions } from './parse-run-options.js';
import type { RunOptions } from './run-options.js';
import { splitArguments } from './split-arguments.js';
import { usage } from './usage-error.js';
import { readValues } from './values/read-values.js';

export type Shell = 'bash' | 'zsh' | 'fish';

export type Parsed =
  | { readonly kind: 'run'; readonly argv: readonly string[]; readonly options: RunOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'completion'; readonly shell: Shell };

/** @throws {NetmeterError} USAGE */
export async function parseArguments(argv: readonly string[]): Promise<Parsed> {
  const { own, command } = splitArguments(argv);
  const values: Values = own.length === 0 ? new Map() : await readValues(own);
  if (values.has('help')) return { kind: 'help' };
  if (values.has('version')) return { kind: 'version' };
  const shell = values.get('completion')?.[0];
  if (shell !== undefined) return { kind: 'completion', shell: shell as Shell };
  const options = runOptions(values);
  if (command.length === 0) throw usage('no command was given', 'Say: netmeter [options] -- COMMAND [ARGUMENT ...]');
  return { kind: 'run', argv: command, options };
}
