import { NetmeterError } from '../errors.js';
import type { Tools } from './find-tools.js';
import { GUARDIAN_SCRIPT } from './guardian-script.js';
import { LineProcess } from './line-process.js';

/** A base chain or a chain of another table: nft's family, table and chain names. */
export type ChainName = { readonly family: string; readonly table: string; readonly chain: string };

/**
 * The process that cleans up, in every case: when the run ends well, when it fails, and when netmeter was SIGKILLed.
 * It hears of each change to the host before the change is made, and its only trigger is the end of its input.
 */
export class Guardian {
  readonly #process: LineProcess;
  #last: Promise<void> = Promise.resolve();

  constructor(tools: Tools) {
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', FLOCK: tools.flock, NFT: tools.nft };
    this.#process = new LineProcess(tools.sh, ['-c', GUARDIAN_SCRIPT, 'netmeter-guardian'], { env });
  }

  /** From now on the end of netmeter is the end of every process in the namespace of `pid`. */
  holdNamespace(pid: number): Promise<void> {
    return this.#ask(`namespace ${pid}`);
  }

  /** Switches a forwarding sysctl on (`key` below /proc/sys/net) until the last run that needs it is over. */
  forward(link: string, key: string): Promise<void> {
    return this.#ask(`forward ${link} ${key}`);
  }

  /** Lets the packets of `link` pass `chain` until the end. */
  accept(link: string, { family, table, chain }: ChainName): Promise<void> {
    return this.#ask(`accept ${link} ${family} ${table} ${chain}`);
  }

  /** Cleans up; resolves when the host is as it was. */
  async finish(): Promise<void> {
    await this.#process.finish();
  }

  /** One question at a time, or the answers could not be told apart. */
  #ask(line: string): Promise<void> {
    const answered = this.#last.then(() => this.#exchange(line));
    this.#last = answered.catch(() => {});
    return answered;
  }

  async #exchange(line: string): Promise<void> {
    this.#process.send(line);
    const said: string[] = [];
    for (;;) {
      const answer = await this.#process.nextLine();
      if (answer === 'ok') return;
      if (answer === undefined || answer === 'failed') {
        const reason = [...said, this.#process.complaint].filter(Boolean).join('; ');
        throw new NetmeterError('SETUP_FAILED', `the guardian could not do '${line}': ${reason || 'it is gone'}`);
      }
      said.push(answer);
    }
  }
}
