import { readdirSync, readlinkSync } from 'node:fs';
import { NetmeterError } from '../errors.js';
import type { Tools } from './find-tools.js';
import { LineProcess } from './line-process.js';

/**
 * Runs inside, as the first process. Address autoconfiguration is off before any device exists, or its packets would be
 * counted as the command's. It ends as the `tc` that counts, so that no further process is needed to hold the namespace.
 * $1: the file to show as resolv.conf, $2: its text; both empty: the host's is right as it is.
 */
const HOLDER_SCRIPT = `
for key in accept_dad router_solicitations accept_ra; do
  echo 0 >/proc/sys/net/ipv6/conf/default/$key
done 2>/dev/null
echo 1 2>/dev/null >/proc/sys/net/ipv6/conf/default/addr_gen_mode
if [ -n "$1" ]; then
  # The file lives on a file system that only this mount namespace knows, and goes with it.
  "$MOUNT" -t tmpfs -o size=1m,mode=755 netmeter /tmp &&
    printf '%s' "$2" >/tmp/resolv.conf && chmod 644 /tmp/resolv.conf &&
    "$MOUNT" --bind /tmp/resolv.conf "$1" && "$UMOUNT" /tmp || exit
fi
echo ready
"$IP" -batch - <&3 || exit
echo configured
exec "$TC" -s -j -batch - 3<&-
`;

/** What the namespace shows as /etc/resolv.conf. */
export type ResolvConf = { readonly target: string; readonly text: string };

/** A network namespace without a name, kept by its holder process and by whoever holds its files open. */
export class Namespace {
  readonly pid: number;
  /** Speaks to the holder, which is `tc -s -j -batch -` once the links are configured. */
  readonly holder: LineProcess;
  readonly #entered: readonly string[];

  private constructor(holder: LineProcess, pid: number, entered: readonly string[]) {
    this.holder = holder;
    this.pid = pid;
    this.#entered = entered;
  }

  /** Starts the holder. With `resolvConf` it has a mount namespace too, which still sees the host's later mounts. */
  static create(tools: Tools, resolvConf: ResolvConf | undefined, cwd = '.'): Namespace {
    const mounts = resolvConf ? ['--mount', '--propagation', 'slave'] : [];
    const script = ['-c', HOLDER_SCRIPT, 'netmeter-holder', resolvConf?.target ?? '', resolvConf?.text ?? ''];
    const env = {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      LC_ALL: 'C',
      IP: tools.ip,
      TC: tools.tc,
      MOUNT: tools.mount,
      UMOUNT: tools.umount,
    };
    const holder = new LineProcess(tools.unshare, ['--net', ...mounts, tools.sh, ...script], {
      env,
      extraPipe: true,
      // Where the command will start: `nsenter --wd` takes the folder from the holder, in its mount namespace.
      cwd,
    });
    if (holder.pid === undefined) throw new NetmeterError('SETUP_FAILED', `unshare could not be started`);
    return new Namespace(holder, holder.pid, resolvConf ? ['--net', '--mount', '--root', '--wd'] : ['--net']);
  }

  /** Resolves when the namespace exists. */
  ready(): Promise<void> {
    return this.#expect('ready', 'a network namespace could not be made');
  }

  /** Runs `ip -batch` lines inside; the `ip` is already waiting for them. */
  async configure(lines: readonly string[]): Promise<void> {
    this.holder.extra?.end(lines.map((line) => `${line}\n`).join(''));
    await this.#expect('configured', 'the links inside the namespace could not be configured');
  }

  /** argv that runs what follows it inside. */
  enter(tools: Tools): string[] {
    return [tools.nsenter, '--target', `${this.pid}`, ...this.#entered, '--'];
  }

  /** Processes of the namespace, the holder excepted. Links of other users' processes need CAP_SYS_PTRACE. */
  members(): number[] {
    const own = networkOf(`${this.pid}`);
    if (own === undefined) return [];
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry) && entry !== `${this.pid}` && networkOf(entry) === own)
      .map(Number);
  }

  async #expect(word: string, what: string): Promise<void> {
    const line = await this.holder.nextLine();
    if (line !== word)
      throw new NetmeterError('SETUP_FAILED', `${what}: ${this.holder.complaint || 'no reason given'}`);
  }
}

/** The namespace's identity ("net:[4026531840]"); undefined when the process is gone or a zombie. */
function networkOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}
