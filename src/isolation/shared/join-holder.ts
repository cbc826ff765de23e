import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { resolve } from 'node:path';
import { NetmeterError } from '../../errors.js';
import type { NamespaceFile } from '../machine/find-namespace.js';
import type { CoveredFile } from '../names/resolver.js';
import { COVER_FILES } from '../scripts/cover-script.js';
import { joined, LineChannel } from '../tools/line-channel.js';

/**
 * Runs in the namespace until its input ends. Like `ip netns exec`: in mounts of its own it shows the namespace's /sys,
 * where the control groups stay, and each file of /etc/netns/NAME over that of /etc.
 */
export const JOIN_HOLDER_SCRIPT = `
(cd /sys/fs/cgroup && "$MOUNT" -t sysfs netmeter /sys && "$MOUNT" --no-canonicalize --rbind . /sys/fs/cgroup) 2>/dev/null
for file in "$ETC"/*; do
  over=/etc/\${file##*/}
  [ -n "$ETC" ] && [ -e "$file" ] && [ -e "$over" ] || continue
  "$MOUNT" --bind "$file" "$over" || exit
done
${COVER_FILES}echo ready
read -r end
`;

type HolderTools = Readonly<Record<'nsenter' | 'unshare' | 'mount' | 'umount' | 'sh', string>>;

type Holding = NamespaceFile & {
  readonly cwd?: string | undefined;
  /** The table of names that is shown. */
  readonly hosts?: CoveredFile | undefined;
};

/** A process that keeps a namespace, and the mounts that go with it, for as long as netmeter lives. */
export class JoinHolder {
  readonly pid: number;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, pid: number) {
    this.#process = process;
    this.pid = pid;
  }

  /** @throws {NetmeterError} SETUP_FAILED: the file is no network namespace, or a mount was refused */
  static async start(tools: HolderTools, { file, etc, cwd, hosts }: Holding) {
    const enter = [`--net=${resolve(file)}`, '--', tools.unshare, '--mount', '--propagation', 'slave', '--'];
    const child = spawn(tools.nsenter, [...enter, tools.sh, '-c', 'eval "$HOLDER"', 'netmeter-holder'], {
      detached: true,
      ...(cwd !== undefined && { cwd }),
      env: {
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        HOLDER: JOIN_HOLDER_SCRIPT,
        MOUNT: tools.mount,
        UMOUNT: tools.umount,
        ETC: etc ?? '',
        RESOLV_TARGET: '',
        HOSTS_TARGET: hosts?.target ?? '',
        HOSTS_TEXT: hosts?.text ?? '',
        LC_ALL: 'C',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const said = (stream: unknown) => new LineChannel(stream as Socket);
    const [answers, complaints] = [said(child.stdout), said(child.stderr)];
    if ((await answers.nextLine()) === 'ready' && child.pid !== undefined) return new JoinHolder(child, child.pid);
    const reason = joined((await complaints.linesUntil()).before);
    throw new NetmeterError('SETUP_FAILED', `the network namespace ${file} could not be joined: ${reason}`);
  }

  /** Resolves when it is gone. */
  async leave(): Promise<void> {
    const gone = this.#process.exitCode === null ? once(this.#process, 'exit') : undefined;
    this.#process.stdin?.end();
    await gone;
  }
}
