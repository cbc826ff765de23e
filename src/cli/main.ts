import type { StdioOptions } from 'node:child_process';
import { requireArguments } from '../command/unchanged.js';
import { givenDescriptors } from '../files/given-descriptors.js';
import { exitAtOnce } from '../linux/process/exit-at-once.js';
import { GIVE_BACK_WORD, INNER_SOCKETS_WORD } from '../own-file.js';
import { PRIVILEGED_WORD } from '../privileged/protocol.js';
import { version } from '../version.js';
import { type Parsed, parseArguments } from './arguments/parse-arguments.js';
import { exitStatus, FAILED, type Outcome } from './exit-status.js';
import type { CommandName } from './help/command-names.js';
import { readyHelp } from './help/ready-help.js';
import { SignalRelay } from './signals.js';
import { leaveClosedTerminals, Terminal } from './terminal/terminal.js';

/** netmeter's own commands, loaded by who asks for them. */
const COMMANDS = {
  budget: async () => (await import('./budget.js')).budgetCommand,
  compare: async () => (await import('./compare.js')).compareCommand,
  attach: async () => (await import('./attach.js')).attachCommand,
  doctor: async () => (await import('./doctor.js')).doctorCommand,
  watch: async () => (await import('./watch/watch.js')).watchCommand,
  help: async () => {
    const { helpCommand } = await import('./help/help-command.js');
    return (words: readonly string[], terminal: Terminal) => helpCommand(words, terminal, (name) => COMMANDS[name]());
  },
} as const satisfies Record<CommandName, unknown>;

/** The command: words in, exit status out. */
export async function main(): Promise<void> {
  const [first = '', ...others] = process.argv.slice(2);
  if (first === PRIVILEGED_WORD && others[0] !== undefined) return servePrivileged(others[0]);
  if (first === GIVE_BACK_WORD && others[0] !== undefined) return giveBack(others);
  if (first === INNER_SOCKETS_WORD)
    return (await import('../isolation/tools/sockets/hand-over-sockets.js')).handOverSockets(others.map(Number));
  // Before anything is opened.
  const given = givenDescriptors();
  const terminal = new Terminal(process.env);
  // Whatever happens, the status is set and the terminal is left in peace.
  process.once('exit', leaveClosedTerminals);
  try {
    requireArguments();
    // Only as the first word: `netmeter -- doctor` runs the program of that name.
    const command = Object.hasOwn(COMMANDS, first) ? COMMANDS[first as keyof typeof COMMANDS] : undefined;
    if (command) process.exitCode = await (await command())(others, terminal);
    else await obey(await parseArguments(process.argv.slice(2)), given, terminal);
  } catch (error) {
    process.exitCode = FAILED;
    terminal.complain(error);
  }
}

async function obey(parsed: Parsed, given: readonly number[], terminal: Terminal): Promise<void> {
  switch (parsed.kind) {
    case 'run': {
      // Loaded here: who asks for the version does not wait for a run's code.
      const { run } = await import('./run.js');
      const outcome = await run(parsed.argv, { ...parsed.options, stdio: stdioWith(given) }, terminal);
      if (outcome.kind === 'not-found') await suggest(parsed.argv[0] ?? '', terminal);
      return end(outcome, terminal);
    }
    case 'version':
      return terminal.print(`netmeter ${version}\n`);
    case 'help':
      return terminal.print(await helpFor(terminal));
    case 'completion':
      return terminal.print((await import('./completion/completion.js')).completionScript(parsed.shell));
    default:
      return parsed satisfies never;
  }
}

/** Loaded here: few terminals have a width that the build has not laid it out for. */
const helpFor = async ({ columns }: Terminal): Promise<string> =>
  readyHelp(columns) ?? (await import('./help/help.js')).helpText(columns);

/** The command has all that netmeter was given, by the same numbers. */
function stdioWith(given: readonly number[]): StdioOptions {
  const stdio: ('inherit' | 'ignore' | number)[] = ['inherit', 'inherit', 'inherit'];
  // Behind the third, what is ignored is not opened.
  for (const fd of given) stdio.push(...Array.from({ length: fd - stdio.length }, () => 'ignore' as const), fd);
  return stdio;
}

/** A word that is no program may have been meant for netmeter itself. */
async function suggest(word: string, terminal: Terminal): Promise<void> {
  const { mistakenCommand } = await import('./arguments/mistaken-command.js');
  const meant = mistakenCommand(process.argv.slice(2), word, Object.keys(COMMANDS));
  if (meant) terminal.say(`did you mean '${meant}'?`);
}

/** netmeter as root for a netmeter of an ordinary user, started by sudo. */
async function servePrivileged(socket: string): Promise<void> {
  // The terminal's signals are for the command, and its caller hands on the others.
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  const [{ serveCaller }, { measure }] = await Promise.all([
    import('../privileged/serve-caller.js'),
    import('../measure.js'),
  ]);
  try {
    await serveCaller(socket, measure, { signals: new SignalRelay(), sudoUid: process.env['SUDO_UID'] });
  } catch (error) {
    // Whoever calls it by hand gets the reason; a caller that was killed hears nothing any more.
    process.exitCode = FAILED;
    new Terminal(process.env).complain(error);
  }
}

/** What a guardian asks for that has outlived its netmeter. */
async function giveBack([
  run = '',
  cgroup = '',
  namespace = '',
  changes = '',
  tables = '',
]: readonly string[]): Promise<void> {
  const { giveBackForDead } = await import('../isolation/give-back-for-dead.js');
  if (!(await giveBackForDead({ run, cgroup, namespace, changes, tables }))) process.exitCode = FAILED;
}

/** A command that died of ^C: so do we, for the shell ends its loop only when it sees that. */
async function end(outcome: Outcome, terminal: Terminal): Promise<void> {
  process.exitCode = exitStatus(outcome);
  const interrupted = outcome.kind === 'measured' && !outcome.budget?.ended && outcome.exit.kind === 'signal';
  await terminal.flush();
  if (interrupted && outcome.exit.signal === 'SIGINT') {
    leaveClosedTerminals();
    process.kill(process.pid, 'SIGINT');
  }
  process.once('exit', exitAtOnce);
  // At once: Node would take its heap down piece by piece.
  process.exit();
}

/** Prints a text, or says why it could not. */
export async function print(text: string): Promise<void> {
  process.once('exit', leaveClosedTerminals);
  const terminal = new Terminal(process.env);
  try {
    await terminal.print(text);
  } catch (error) {
    process.exitCode = FAILED;
    terminal.complain(error);
  }
}
