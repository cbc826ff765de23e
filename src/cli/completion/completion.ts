import type { Shell } from '../arguments/parse-arguments.js';
import { bashCompletion } from './completion-bash.js';
import { fishCompletion } from './completion-fish.js';
import { zshCompletion } from './completion-zsh.js';

/** A completion script: netmeter's options, then whatever the shell knows about the wrapped command. */
export function completionScript(shell: Shell): string {
  return { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion }[shell]();
}
