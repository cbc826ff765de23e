import { kill } from 'node:process';
import { NetmeterError } from '../errors.js';
import { commandLineOf } from '../isolation/machine/process-life.js';
import { readProcesses } from '../isolation/machine/read-processes.js';
import { isStopped as hasStopped } from '../isolation/tools/holders/find-stopped.js';
import { PRIVILEGED_WORD } from './protocol.js';

const LOOK_MS = 500;
/** A ^Z stops both parts, and both go on by fg: a look or two may find one of them alone. */
const MOST_LOOKS = 8;

/** The process that called us by a socket's path. @returns undefined where /proc does not show it */
export const findPart = (path: string): number | undefined =>
  readProcesses().find(({ pid }) => {
    const words = commandLineOf(pid);
    // sudo has these words too, behind its own.
    return words.at(-1) === path && words.indexOf(PRIVILEGED_WORD) === 2;
  })?.pid;

/**
 * Looks whether the part that runs as root has been stopped (SIGSTOP): it would neither end the run nor hand on a signal, and
 * may not be ended by us.
 * @param isStopped of a process, as /proc shows
 */
export class StoppedPart implements Disposable {
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number, give: (reason: NetmeterError) => void, isStopped = hasStopped) {
    let looks = 0;
    this.#timer = setInterval(() => {
      looks = isStopped(pid) ? looks + 1 : 0;
      if (looks === MOST_LOOKS) give(stopped(pid));
    }, LOOK_MS).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** Its command goes with it, as it would if it could. */
export function endCommand(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    kill(pid, 'SIGKILL');
  } catch {
    // It has ended, or is another user's: the part ends it as soon as it goes on.
  }
}

const stopped = (pid: number) =>
  new NetmeterError('SETUP_FAILED', `netmeter's privileged part, process ${pid}, was stopped: the run is given up`, {
    cure: `It ends what is left of the run as soon as it goes on: sudo kill -CONT ${pid}`,
  });
