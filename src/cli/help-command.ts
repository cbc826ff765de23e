import type { CommandName } from './command-names.js';
import { COMMAND_NAMES } from './command-names.js';
import { FAILED } from './exit-status.js';
import { helpText } from './help.js';
import { nearestWord } from './nearest-option.js';
import { complain } from './say.js';
import { usage } from './usage-error.js';

type Command = (words: readonly string[]) => Promise<number>;

/** `netmeter help`, `netmeter help CMD`: words in, exit status out. @param load a command's own module */
export async function helpCommand(
  words: readonly string[],
  load: (name: Exclude<CommandName, 'help'>) => Promise<Command>,
): Promise<number> {
  const [name = 'help'] = words;
  if (Object.hasOwn(COMMAND_NAMES, name) && name !== 'help')
    return (await load(name as Exclude<CommandName, 'help'>))(['--help']);
  if (name === 'help' || name.startsWith('-')) {
    process.stdout.write(await helpText(process.stdout.columns));
    return 0;
  }
  const nearest = nearestWord(name, Object.keys(COMMAND_NAMES));
  const cure = nearest
    ? `Did you mean 'netmeter help ${nearest}'?`
    : `Say one of: ${Object.keys(COMMAND_NAMES).join(', ')}.`;
  complain(usage(`there is no command '${name}' to help with`, cure));
  return FAILED;
}
