import { measure } from '../measure.js';
import { PRIVILEGED_WORD } from '../privileged/protocol.js';
import { version } from '../version.js';
import type { CommandName } from './command-names.js';
import { exitStatus, FAILED, type Outcome } from './exit-status.js';
import { type Parsed, parseArguments } from './parse-arguments.js';
import { run } from './run.js';
import { complain, say } from './say.js';

/** netmeter's own commands, loaded by who asks for them. */
const COMMANDS = {
  budget: async () => (await import('./budget.js')).budgetCommand,
  compare: async () => (await import('./compare.js')).compareCommand,
  attach: async () => (await import('./attach.js')).attachCommand,
  doctor: async () => (await import('./doctor.js')).doctorCommand,
  watch: async () => (await import('./watch/watch.js')).watchCommand,
  help: async () => {
    const { helpCommand } = await import('./help-command.js');
    return (words: readonly string[]) => helpCommand(words, (name) => COMMANDS[name]());
  },
} as const satisfies Record<CommandName, unknown>;

/** The command: words in, exit status out. */
async function main(): Promise<void> {
  const [first = '', ...others] = process.argv.slice(2);
  if (first === PRIVILEGED_WORD && others[0] !== undefined) return servePrivileged(others[0]);
  // Only as the first word: `netmeter -- doctor` runs the program of that name.
  const command = Object.hasOwn(COMMANDS, first) ? COMMANDS[first as keyof typeof COMMANDS] : undefined;
  if (command) {
    process.exitCode = await (await command())(others);
    return;
  }
  let parsed: Parsed;
  try {
    parsed = await parseArguments(process.argv.slice(2));
  } catch (error) {
    complain(error);
    process.exitCode = FAILED;
    return;
  }
  switch (parsed.kind) {
    case 'run': {
      const outcome = await run(parsed.argv, parsed.options);
      if (outcome.kind === 'not-found' && parsed.argv[0] === first) await suggestCommand(first);
      return end(outcome);
    }
    case 'version':
      return void process.stdout.write(`netmeter ${version}\n`);
    case 'help':
      return void process.stdout.write(await (await import('./help.js')).helpText(process.stdout.columns));
    case 'completion':
      return void process.stdout.write((await import('./completion.js')).completionScript(parsed.shell));
    default:
      return parsed satisfies never;
  }
}

/** The first word may have been meant for one of netmeter's own commands. */
async function suggestCommand(word: string): Promise<void> {
  const { nearestWord } = await import('./nearest-option.js');
  const nearest = nearestWord(word, Object.keys(COMMANDS));
  if (nearest) say(`did you mean 'netmeter ${nearest}'?`);
}

/** netmeter as root for a netmeter of an ordinary user, started by sudo. */
async function servePrivileged(socket: string): Promise<void> {
  // The terminal's signals are for the command, and its caller hands on the others.
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  const { serveCaller } = await import('../privileged/serve-caller.js');
  await serveCaller(socket, measure);
}

/** A command that died of ^C: so do we, for the shell ends its loop only when it sees that. */
function end(outcome: Outcome): void {
  process.exitCode = exitStatus(outcome);
  const interrupted = outcome.kind === 'measured' && !outcome.budget?.ended && outcome.exit.kind === 'signal';
  if (interrupted && outcome.exit.signal === 'SIGINT') process.kill(process.pid, 'SIGINT');
}

void main();
