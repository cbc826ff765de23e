import { readdirSync } from 'node:fs';
import { execArgv, env as ownEnvironment, ppid } from 'node:process';
import { accessOf, flagsOf, targetOf } from './own-descriptor.js';
import { OWN_DESCRIPTORS } from './path-walk.js';

/**
 * Numbers, from 3 on, of the descriptors that this process was given when it was started and that Node closes for whatever it
 * starts (uv_disable_stdio_inheritance() of libuv), unless they are named: a lock, make's jobserver, sockets of systemd's
 * (sd_listen_fds(3)). To be asked before anything is opened here.
 *
 * Node's own are nameless inodes, and pipes of which it has both ends; such a pipe was given if our parent has it too.
 */
export function givenDescriptors(): number[] {
  const targets = new Map(numbersIn(OWN_DESCRIPTORS).map((fd) => [fd, targetOf(`${OWN_DESCRIPTORS}/${fd}`)]));
  const inner = pipesWithin(targets);
  let parents: ReadonlySet<string> | undefined;
  const parentHas = (target: string) => {
    parents ??= new Set(numbersIn(`/proc/${ppid}/fd`).map((fd) => targetOf(`/proc/${ppid}/fd/${fd}`)));
    return parents.has(target);
  };
  return [...targets]
    .sort(([a], [b]) => a - b)
    .flatMap(([fd, target]) => {
      if (fd < FIRST || target === '' || target.startsWith('anon_inode:') || isNodes(fd, target)) return [];
      if (((flagsOf(fd) ?? 0) & O_CLOEXEC) === 0) return [];
      return inner.has(target) && !parentHas(target) ? [] : [fd];
    });
}

/** Of open(2), on all architectures that Node runs on. */
const O_CLOEXEC = 0o2000000;
/** Behind standard input, output and error. */
const FIRST = 3;

function numbersIn(folder: string): number[] {
  try {
    return readdirSync(folder).map(Number);
  } catch {
    return [];
  }
}

/** Pipes that can be read and written here. */
function pipesWithin(targets: ReadonlyMap<number, string>): ReadonlySet<string> {
  const pipes = [...targets].filter(([, target]) => target.startsWith('pipe:'));
  const accesses = new Map<string, Set<number | undefined>>(pipes.map(([, target]) => [target, new Set()]));
  for (const [fd, target] of pipes) accesses.get(target)?.add(accessOf(fd));
  return new Set([...accesses].flatMap(([target, { size }]) => (size > 1 ? [target] : [])));
}

/** Its debugger's, and its channel to a parent that is Node, too. */
const isNodes = (fd: number, target: string) =>
  target.startsWith('socket:') &&
  (fd === channel()?.fd ||
    [...execArgv, ownEnvironment['NODE_OPTIONS'] ?? ''].some((word) => word.includes('--inspect')));

const channel = () => process.channel as { readonly fd?: number } | undefined;
