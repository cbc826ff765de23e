import { resolve } from 'node:path';
import { NetmeterError } from '../../errors.js';
import type { NamespaceFile } from '../machine/find-namespace.js';
import type { CoveredFile } from '../names/resolver.js';
import { Holder, holderScript } from '../tools/holders/holder.js';
import { opened } from '../tools/opened.js';
import { scriptEnvironment } from '../tools/programs/script-environment.js';

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
  const holder = new Holder(enter, tools.sh, { script: holderScript('join'), cwd, env });
  const failed = (reason: string) =>
    REFUSED.test(reason)
      ? new NetmeterError('NO_SUCH_NAMESPACE', `${file} is not the file of a network namespace`)
      : new NetmeterError('SETUP_FAILED', `the network namespace ${file} could not be joined: ${reason}`);
  return opened(holder, () => holder.says('ready', failed));
}
