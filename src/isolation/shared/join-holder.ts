import { resolve } from 'node:path';
import { NetmeterError } from '../../errors.js';
import type { NamespaceFile } from '../machine/find-namespace.js';
import type { CoveredFile } from '../names/resolver.js';
import { COVER_FILES } from '../scripts/cover-script.js';
import { Holder } from '../tools/holder.js';
import { opened } from '../tools/opened.js';
import { scriptEnvironment } from '../tools/script-environment.js';

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

/** What nsenter(1) says of EINVAL, and of a file that cannot even be opened as one: setns(2). */
const REFUSED = /reassociate to namespace .*: Invalid argument/;

type HolderTools = Readonly<Record<'nsenter' | 'unshare' | 'mount' | 'umount' | 'sh', string>>;

type Holding = NamespaceFile & {
  readonly cwd?: string | undefined;
  /** The table of names that is shown. */
  readonly hosts?: CoveredFile | undefined;
};

/**
 * Starts a process that keeps a namespace, and the mounts that go with it, for as long as netmeter lives.
 * @throws {NetmeterError} NO_SUCH_NAMESPACE: the file is not one's; SETUP_FAILED: a mount was refused
 */
export async function holdJoined(tools: HolderTools, { file, etc, cwd, hosts }: Holding): Promise<Holder> {
  const enter = [
    tools.nsenter,
    `--net=${resolve(file)}`,
    '--',
    tools.unshare,
    '--mount',
    '--propagation',
    'slave',
    '--',
  ];
  const covered = { RESOLV_TARGET: '', HOSTS_TARGET: hosts?.target ?? '', HOSTS_TEXT: hosts?.text ?? '' };
  const env = { ...scriptEnvironment({ mount: tools.mount, umount: tools.umount }), ETC: etc ?? '', ...covered };
  const holder = new Holder(enter, tools.sh, { script: JOIN_HOLDER_SCRIPT, cwd, env });
  const failed = (reason: string) =>
    REFUSED.test(reason)
      ? new NetmeterError('NO_SUCH_NAMESPACE', `${file} is not the file of a network namespace`)
      : new NetmeterError('SETUP_FAILED', `the network namespace ${file} could not be joined: ${reason}`);
  return opened(holder, () => holder.says('ready', failed));
}
