import { nearestWord } from '../arguments/nearest-option.js';
import { usage } from '../arguments/usage-error.js';
import type { Terminal } from '../terminal/terminal.js';
import type { CommandName } from './command-names.js';
import { COMMAND_NAMES } from './command-names.js';
import { helpText } from './help.js';
import { readyHelp } from './ready-help.js';

type Command = (words: readonly string[], terminal: Terminal) => Promise<number>;

/**
 * `netmeter help`, `netmeter help CMD`: words in, exit status out.
 * @param load a command's own module
 * @throws {NetmeterError} USAGE
 */
export async function helpCommand(
  words: readonly string[],
  terminal: Terminal,
  load: (name: Exclude<CommandName, 'help'>) => Promise<Command>,
): Promise<number> {
  const [name = 'help'] = words;
  if (Object.hasOwn(COMMAND_NAMES, name) && name !== 'help')
    return (await load(name as Exclude<CommandName, 'help'>))(['--help'], terminal);
  if (name === 'help' || name.startsWith('-')) {
    await terminal.print(readyHelp(terminal.columns) ?? (await helpText(terminal.columns)));
    return 0;
  }
  const nearest = nearestWord(name, Object.keys(COMMAND_NAMES));
  const cure = nearest
    ? `Did you mean 'netmeter help ${nearest}'?`
    : `Say one of: ${Object.keys(COMMAND_NAMES).join(', ')}.`;
  throw usage(`there is no command '${name}' to help with`, cure);
}
