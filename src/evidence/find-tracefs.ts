import { spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync } from 'node:fs';

/** Where systemd mounts it, and where it was before (Documentation/trace/ftrace.rst). */
const MOUNTED = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];

/** The kernel's trace file system: a folder to reach it by, as long as this is not disposed of. */
export type Tracefs = { readonly folder: string } & Disposable;

/** Finds the mounted tracefs, or mounts one that nobody else sees; undefined: it can be had by neither. */
export async function findTracefs(folders: readonly string[] = MOUNTED): Promise<Tracefs | undefined> {
  const mounted = folders.find((folder) => existsSync(`${folder}/instances`));
  return mounted === undefined ? mountTracefs() : { folder: mounted, [Symbol.dispose]() {} };
}

/**
 * Mounts it in a mount namespace that lasts only until we hold the folder: the descriptor alone keeps the mount, which
 * has no place in any namespace and goes with us, however we end. 5 ms.
 */
async function mountTracefs(): Promise<Tracefs | undefined> {
  const script = 'mount -t tracefs tracefs /sys && echo mounted && read -r held';
  const helper = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
  });
  helper.stdin.on('error', () => {});
  const isMounted = await new Promise<boolean>((resolve) => {
    helper.stdout.once('data', () => resolve(true)).once('close', () => resolve(false));
    helper.once('error', () => resolve(false));
  });
  try {
    return isMounted
      ? held(openSync(`/proc/${helper.pid}/root/sys`, constants.O_RDONLY | constants.O_DIRECTORY))
      : undefined;
  } catch {
    return undefined;
  } finally {
    helper.stdin.end();
  }
}

const held = (descriptor: number): Tracefs => ({
  folder: `/proc/self/fd/${descriptor}`,
  [Symbol.dispose]: () => closeSync(descriptor),
});
