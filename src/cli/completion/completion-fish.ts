import type { Option } from '../arguments/option.js';
import { OPTIONS, optionWords } from '../arguments/options.js';
import { COMMAND_NAMES } from '../help/command-names.js';

/** Our options up to the command's first word; from there on what fish knows about the command. */
export function fishCompletion(): string {
  const takesValue = OPTIONS.filter((option) => option.value)
    .flatMap(optionWords)
    .join(' ');
  return `# fish completion of netmeter: netmeter --completion fish | source
function __netmeter_own --description 'The command has not begun'
  set -l words (commandline -opc)
  set -e words[1]
  while set -q words[1]
    switch $words[1]
      case --
        return 1
      case ${takesValue}
        set -e words[1]
      case '-*'
      case '*'
        return 1
    end
    set -e words[1]
  end
  return 0
end
${OPTIONS.map(rule).join('\n')}
${Object.entries(COMMAND_NAMES).map(ownCommand).join('\n')}
# The first, empty argument keeps fish from taking the others for its own options.
complete -c netmeter -xa "(__fish_complete_subcommand '' ${takesValue})"
`;
}

/** Only the first word can be one. */
const ownCommand = ([name, description]: readonly [string, string]) =>
  `complete -c netmeter -n 'test (count (commandline -opc)) -eq 1' -a ${name} -d '${description}'`;

function rule({ name, alias, value, choices, file, description }: Option): string {
  const parts = ['complete -c netmeter -n __netmeter_own', `-l ${name}`];
  if (alias) parts.push(`-s ${alias}`);
  if (value) parts.push(file ? '-rF' : '-x');
  if (choices) parts.push(`-a '${choices.join(' ')}'`);
  return [...parts, `-d '${description.replaceAll("'", "\\'")}'`].join(' ');
}
