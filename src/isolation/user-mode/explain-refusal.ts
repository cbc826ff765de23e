import { NetmeterError } from '../../errors.js';
import { readText } from '../tools/read-text.js';

type ReadText = (file: string) => string | undefined;

const ROOT = 'or run it as root: sudo netmeter -- COMMAND';

/** Switches that keep ordinary users from user namespaces, with the value that refuses and how to allow them. */
const SWITCHES = [
  { file: '/proc/sys/user/max_user_namespaces', refuses: '0', cure: 'sudo sysctl -w user.max_user_namespaces=10000' },
  { file: '/proc/sys/user/max_net_namespaces', refuses: '0', cure: 'sudo sysctl -w user.max_net_namespaces=10000' },
  {
    file: '/proc/sys/kernel/unprivileged_userns_clone',
    refuses: '0',
    cure: 'sudo sysctl -w kernel.unprivileged_userns_clone=1',
  },
  {
    file: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    refuses: '1',
    cure: 'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
  },
] as const;

/**
 * Why an ordinary user's namespace could not be made, from what the tools said.
 * @param said of unshare(1), ip(8) and mount(8), in one line
 */
export function explainRefusal(said: string, read: ReadText = readText): NetmeterError {
  if (/^open: /.test(said) || said.includes('/dev/net/tun')) {
    return new NetmeterError('MISSING_RIGHTS', `/dev/net/tun cannot be used by this user: ${said}`, {
      cure: `Make it usable for everybody: sudo chmod 666 /dev/net/tun (in a container: --device /dev/net/tun); ${ROOT}`,
    });
  }
  if (!/not permitted|denied|No space left|unshare/i.test(said))
    return new NetmeterError(
      'SETUP_FAILED',
      `a user's network namespace could not be made: ${said || 'no reason given'}`,
    );
  const closed = SWITCHES.find(({ file, refuses }) => read(file)?.trim() === refuses);
  return new NetmeterError('MISSING_RIGHTS', `this system refuses user namespaces: ${said}`, {
    cure: closed
      ? `Allow them: ${closed.cure}; ${ROOT}`
      : `In a container, start it with --security-opt seccomp=unconfined, ${ROOT}`,
  });
}
