import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Signals that a terminal sends to the whole foreground group: the command has them already. */
const FROM_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
/** Signals that end a wait when there is no command to hand them to. */
const ENDING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'];
const RELAYED: readonly NodeJS.Signals[] = [...ENDING, 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGIO', 'SIGVTALRM'];

type Command = { readonly pid: number; readonly signal: (signal: NodeJS.Signals) => void };

/**
 * Hands on to the command what netmeter is sent. Before the command runs, and when only its descendants are left, the
 * signal is for netmeter: the first ends the run in good order, a second one hurries it.
 */
export class SignalRelay {
  readonly #stop = new AbortController();
  readonly #hurry = new AbortController();
  #handOn: ((signal: NodeJS.Signals) => void) | undefined;
  #command: Command | undefined;
  /** What came for a command whose start is not known here yet, as another process reports it; undefined: it was handed on. */
  #early: NodeJS.Signals[] | undefined = [];
  /** The signal that ended netmeter's own wait. */
  received: NodeJS.Signals | undefined;
  /** The first signal to end that the command was handed, by us or by the terminal. */
  toldToEnd: NodeJS.Signals | undefined;

  /** Aborted by the first signal that is for netmeter. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Aborted by the second. */
  get hurry(): AbortSignal {
    return this.#hurry.signal;
  }

  commandStarted(command: Command): void {
    this.#command = command;
    for (const signal of this.#early ?? []) relay(signal, command);
    this.#early = undefined;
  }

  commandEnded(): void {
    this.#command = undefined;
  }

  /** Another netmeter runs the command, until the next call: it knows whether a signal is for the command, and gets all. */
  handOver(handOn: ((signal: NodeJS.Signals) => void) | undefined): void {
    this.#handOn = handOn;
  }

  take(signal: NodeJS.Signals): void {
    if (this.#handOn) {
      if (ENDING.includes(signal)) this.toldToEnd ??= signal;
      this.#handOn(signal);
      return;
    }
    if (this.#command !== undefined) {
      if (ENDING.includes(signal)) this.toldToEnd ??= signal;
      relay(signal, this.#command);
      return;
    }
    if (!ENDING.includes(signal)) return void this.#early?.push(signal);
    if (this.#stop.signal.aborted) this.#hurry.abort();
    this.received ??= signal;
    this.#stop.abort();
  }
}

/** A relay of what this process is sent. */
export class SignalListener extends SignalRelay implements Disposable {
  readonly #listeners: readonly [NodeJS.Signals, () => void][];

  constructor() {
    super();
    this.#listeners = RELAYED.map((signal) => [signal, () => this.take(signal)]);
    for (const [signal, listener] of this.#listeners) process.on(signal, listener);
  }

  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) process.off(signal, listener);
  }
}

/**
 * Does what must not be cut in half; a signal that ends netmeter meanwhile ends it afterwards.
 * @param work it blocks, and waits for nobody
 */
export async function untilDone(work: () => Promise<void>): Promise<void> {
  let received: NodeJS.Signals | undefined;
  const receive = (signal: NodeJS.Signals) => {
    received ??= signal;
  };
  const listeners = ENDING.map((signal) => [signal, () => receive(signal)] as const);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  try {
    await work();
    // A signal that came is handed on when the loop looks for events next, which is between the ends of two turns.
    await nextTurn();
    await nextTurn();
  } finally {
    for (const [signal, listener] of listeners) process.off(signal, listener);
    if (received !== undefined) process.kill(process.pid, received);
  }
}

function relay(signal: NodeJS.Signals, command: Command): void {
  if (FROM_TERMINAL.includes(signal) && sharesForeground(command.pid)) return;
  command.signal(signal);
}

/** True when a key of the terminal reaches the command without us: it is in our group, and that is in the foreground. */
function sharesForeground(pid: number): boolean {
  const own = processGroup('self');
  const command = processGroup(`${pid}`);
  return own !== undefined && own.group === own.foreground && command?.group === own.group;
}

/** Fields pgrp and tpgid of /proc/PID/stat (proc(5)). */
function processGroup(pid: string): { group: number; foreground: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { group: Number(fields[2]), foreground: Number(fields[5]) };
  } catch {
    return undefined;
  }
}
