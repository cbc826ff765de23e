import { type ChildProcess, execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import type { Facts, Probe } from './facts.js';
import { attempt, readRootFacts } from './read-root-facts.js';
import { answerOf } from './tools/holders/answer-of.js';
import { findHolderTools, lookFor } from './tools/programs/find-tools.js';

/** A probe that takes longer hangs: sudo may ask somebody by the network. */
const PROBE_MS = 30_000;

/** The same words as where rights are missing: it is one cure. */
const AS_ROOT = 'run it as root: sudo netmeter -- COMMAND';

/** Nothing of the caller's. */
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

const WORKS: Probe = { works: true };

/**
 * Tries everything, at the same time.
 * @param uid as for {@link readRootFacts}
 */
export async function readFacts(uid: number | undefined): Promise<Facts> {
  const [sudo, userNamespace] = await Promise.all([probeSudo(), probeUserNamespace()]);
  const holderTools = attempt(findHolderTools);
  return { ...readRootFacts(uid), holderTools, sudo, userNamespace, tun: probeTun(), transport: probeTransport() };
}

export async function probeSudo(): Promise<Probe> {
  const sudo = lookFor('sudo');
  const cure = AS_ROOT;
  if (sudo === undefined) return { works: false, reason: 'sudo is not installed', cure };
  const failed = await run(sudo, ['-n', 'true']);
  return failed === undefined ? WORKS : { works: false, reason: `sudo -n: ${failed}`, cure };
}

async function probeUserNamespace(): Promise<Probe> {
  const unshare = lookFor('unshare');
  if (unshare === undefined) return { works: false, reason: 'unshare is not installed', cure: 'install util-linux' };
  const failed = await run(unshare, ['--user', '--map-root-user', '--net', 'true']);
  if (failed === undefined) return WORKS;
  return { works: false, reason: `user namespaces are refused (${failed})`, cure: userNamespaceCure() };
}

/** The usual gates, where they exist; a container's seccomp profile leaves no trace. */
function userNamespaceCure(): string {
  if (existsSync('/proc/sys/kernel/apparmor_restrict_unprivileged_userns'))
    return 'allow user namespaces: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0';
  if (existsSync('/proc/sys/kernel/unprivileged_userns_clone'))
    return 'allow user namespaces: sudo sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000';
  return 'allow user namespaces: sysctl user.max_user_namespaces, or the container’s seccomp profile';
}

function probeTun(): Probe {
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
    return WORKS;
  } catch {
    return existsSync('/dev/net/tun')
      ? {
          works: false,
          reason: '/dev/net/tun may not be opened by this user',
          cure: 'let users open it, as is usual: sudo chmod 666 /dev/net/tun',
        }
      : {
          works: false,
          reason: 'there is no /dev/net/tun',
          cure: 'load it: sudo modprobe tun; in a container, add the device: --device /dev/net/tun',
        };
  }
}

function probeTransport(): Probe {
  if (lookFor('pasta') ?? lookFor('slirp4netns')) return WORKS;
  return {
    works: false,
    reason: 'neither pasta nor slirp4netns is installed',
    cure: 'install passt (or slirp4netns), for example: apt-get install passt',
  };
}

/** @returns undefined when it succeeded, else why not */
async function run(file: string, words: readonly string[]): Promise<string | undefined> {
  let child: ChildProcess | undefined;
  const answer = new Promise<string | undefined>((resolve) => {
    child = execFile(file, words, { env: ENVIRONMENT }, (error, _, stderr) =>
      resolve(error ? stderr.trim().split('\n')[0] || error.message : undefined),
    );
  });
  try {
    return await answerOf({ pids: [child?.pid], atMostMs: PROBE_MS }, answer, (reason) => new Error(reason));
  } catch (error) {
    if (child) leave(child);
    return (error as Error).message;
  }
}

/** sudo is root's and cannot be ended by us: it shall not keep netmeter, either. */
function leave(child: ChildProcess): void {
  child.kill('SIGKILL');
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}
