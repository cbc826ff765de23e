import yargs from 'yargs';
import { OPTIONS } from '../arguments/options.js';
import { COMMAND_NAMES } from './command-names.js';
import { usedWidth } from './ready-help.js';

const EXIT_CODES = `Exit codes:
  the command's own, or 128+N when signal N ended it
  120  a budget was exceeded; a failure of the command's own wins,
       unless netmeter ended it for that (--kill, --enforce)
  125  netmeter itself failed, or could not judge the budget
  126  the command cannot be executed
  127  the command was not found

Sizes: 50MB or 50M (50,000,000 bytes), 50MiB (52,428,800 bytes), 50000000.
Times: 500ms, 10s, 1h30m; a bare number is seconds.
Budgets judge wire octets: IP bytes as they cross the wire, loopback left out.
`;

/** The help, laid out by yargs for a terminal `width` columns wide. */
export async function helpText(width?: number): Promise<string> {
  const parser = yargs([])
    .scriptName('netmeter')
    .locale('en')
    .help(false)
    .version(false)
    .wrap(usedWidth(width))
    .usage(
      `Usage: netmeter [options] -- COMMAND [ARGUMENT ...]\n\nRuns a command in its own network namespace and reports how many bytes it used.`,
    )
    .example('netmeter -- npm ci', 'how many bytes does it use?')
    .example('netmeter --max-total 50MB -- npm ci', 'fail when it uses more')
    .example('netmeter -q --report net.json -- ./test', 'numbers for a machine')
    .epilogue(EXIT_CODES);
  for (const [name, what] of Object.entries(COMMAND_NAMES)) parser.command(name, what);
  for (const { name, alias, value, description, group, choices } of OPTIONS) {
    // The description names choices where they are many.
    const shown = choices && choices.length < 4 ? choices.join('|') : value;
    const words = value ? `${name} <${shown}>` : name;
    parser.option(words, { ...(alias && { alias }), description, group: `${group}:` });
  }
  return `${await parser.getHelp()}\n`;
}
