import { NetmeterError } from '../errors.js';

/** What was found out by trying it. */
export type Probe =
  | { readonly works: true }
  | { readonly works: false; readonly reason: string; readonly cure: string };

/** What this machine lets this user do. */
export type Facts = {
  readonly root: boolean;
  /** Making a namespace and its links as this user. */
  readonly rights: Probe;
  /** The tools of a veth scope. */
  readonly vethTools: Probe;
  /** sudo without a password. */
  readonly sudo: Probe;
  /** A user namespace, and in it a network namespace. */
  readonly userNamespace: Probe;
  /** The tun device. */
  readonly tun: Probe;
  /** A program that carries a user's packets. */
  readonly carrier: Probe;
};

export type Asked = 'auto' | 'veth' | 'user-mode' | 'host' | 'join' | 'offline';

/** `by`: whose rights make it. */
export type Choice =
  | { readonly kind: 'veth'; readonly by: 'root' | 'sudo' }
  | { readonly kind: 'user-mode' }
  | { readonly kind: 'host' }
  | { readonly kind: 'join'; readonly netns: string }
  | { readonly kind: 'offline'; readonly by: 'root' | 'user-namespace' };

/**
 * Chooses where to run: what was asked for, or by itself the most exact that works. Never the host by itself: its
 * numbers are not the command's alone.
 * @throws {NetmeterError} NO_ISOLATION, with the reason and cure of each that does not work
 */
export function chooseIsolation(asked: Exclude<Asked, 'host' | 'join'>, facts: Facts): Choice {
  switch (asked) {
    case 'auto':
      return choose(facts);
    case 'veth':
      return vethChoice(facts) ?? refuse(['veth'], facts);
    case 'user-mode':
      return userModeObstacles(facts).length === 0 ? { kind: 'user-mode' } : refuse(['user-mode'], facts);
    case 'offline':
      if (offlineObstacles(facts).length > 0) return refuse(['offline'], facts);
      return { kind: 'offline', by: facts.rights.works ? 'root' : 'user-namespace' };
    default:
      return asked satisfies never;
  }
}

function choose(facts: Facts): Choice {
  const veth = vethChoice(facts);
  if (veth) return veth;
  return userModeObstacles(facts).length === 0 ? { kind: 'user-mode' } : refuse(['veth', 'user-mode'], facts);
}

function vethChoice({ rights, vethTools, sudo }: Facts): Choice | undefined {
  if (!vethTools.works) return undefined;
  if (rights.works) return { kind: 'veth', by: 'root' };
  return sudo.works ? { kind: 'veth', by: 'sudo' } : undefined;
}

type Obstacle = Extract<Probe, { works: false }>;

const obstacles = (...probes: readonly Probe[]): Obstacle[] => probes.filter((probe) => !probe.works);

const AS_ROOT: Obstacle = {
  works: false,
  reason: 'it is not for root, whose packets pasta does not carry',
  cure: 'run netmeter as an ordinary user',
};

const userModeObstacles = ({ root, userNamespace, tun, carrier }: Facts): Obstacle[] =>
  root ? [AS_ROOT] : obstacles(userNamespace, tun, carrier);

const offlineObstacles = ({ rights, userNamespace }: Facts): Obstacle[] =>
  rights.works || userNamespace.works ? [] : obstacles(rights, userNamespace);

type Isolating = 'veth' | 'user-mode' | 'offline';

/** What is in the way of an isolation; nothing: it works. */
export function obstaclesTo(kind: Isolating, facts: Facts): readonly Obstacle[] {
  switch (kind) {
    case 'veth':
      return vethChoice(facts)
        ? []
        : [...obstacles(facts.vethTools), ...(facts.rights.works ? [] : obstacles(facts.rights, facts.sudo))];
    case 'user-mode':
      return userModeObstacles(facts);
    case 'offline':
      return offlineObstacles(facts);
    default:
      return kind satisfies never;
  }
}

function refuse(kinds: readonly Isolating[], facts: Facts): never {
  const lines = kinds.flatMap((kind) => obstaclesTo(kind, facts).map(({ reason }) => `  ${kind}: ${reason}`));
  const cures = new Set(kinds.flatMap((kind) => obstaclesTo(kind, facts).map(({ cure }) => cure)));
  throw new NetmeterError('NO_ISOLATION', ['the command cannot be isolated here:', ...lines].join('\n'), {
    cure: [...cures, 'or measure the whole machine: --isolation host'].join('\n  '),
  });
}
