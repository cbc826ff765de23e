import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { listeningPorts } from './listening-ports.js';

const SET = ['inet', 'netmeter_refused', 'refused'] as const;

/** A port refuses by a reset that comes from it. */
const rules = (ports: readonly number[]) => `table inet netmeter_refused {
  set refused { type inet_service; flags dynamic; size 1024; }
  chain arriving {
    type filter hook prerouting priority -450;
    iifname "lo" tcp flags & (rst | ack) == (rst | ack) tcp sport { ${ports.join(', ')} } add @refused { tcp sport }
  }
}
`;

/**
 * Remembers which ports refused the command at its own loopback although the host listens there. A hint and no
 * measurement: the rules are added beside the command that has started already, to delay none.
 */
export class RefusalWatch {
  readonly #nft: readonly string[];
  readonly #adding: ChildProcess;
  #works = false;

  private constructor(nft: readonly string[], ports: readonly number[]) {
    this.#nft = nft;
    const [file = '', ...words] = [...nft, '-f', '-'];
    this.#adding = spawn(file, words, { stdio: ['pipe', 'ignore', 'ignore'] });
    this.#adding.on('error', () => {});
    this.#adding.once('exit', (code) => {
      this.#works = code === 0;
    });
    this.#adding.stdin?.on('error', () => {});
    this.#adding.stdin?.end(rules(ports));
  }

  /**
   * @param administer argv that runs what follows it inside, with the rights over the namespace
   * @param offered ports that are the host's inside too
   */
  static start(administer: readonly string[], nft: string, offered: readonly number[]): RefusalWatch | undefined {
    const heard = [...new Set([...listening('tcp'), ...listening('tcp6')])].filter((port) => !offered.includes(port));
    return heard.length === 0 ? undefined : new RefusalWatch([...administer, nft], heard);
  }

  /** Sees to it that no process of ours is inside any more. */
  async settle(): Promise<void> {
    if (this.#adding.exitCode !== null || this.#adding.signalCode !== null || this.#adding.pid === undefined) return;
    const gone = once(this.#adding, 'exit');
    this.#adding.kill('SIGKILL');
    await gone;
  }

  /** The ports that refused. */
  async refused(): Promise<number[]> {
    if (!this.#works) return [];
    const [file = '', ...words] = [...this.#nft, 'list', 'set', ...SET];
    const { stdout } = await promisify(execFile)(file, words).catch(() => ({ stdout: '' }));
    const elements = /elements = \{([^}]*)\}/.exec(stdout)?.[1] ?? '';
    return elements
      .split(',')
      .map((element) => Number.parseInt(element, 10))
      .filter((port) => port > 0);
  }
}

function listening(file: 'tcp' | 'tcp6'): number[] {
  try {
    return listeningPorts(readFileSync(`/proc/net/${file}`, 'latin1'));
  } catch {
    return [];
  }
}
