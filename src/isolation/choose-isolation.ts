import { NetmeterError } from '../errors.js';
import type { Facts, Probe } from './facts.js';
import type { Uplink } from './machine/read-uplink.js';

export type Asked = 'auto' | 'veth' | 'user-mode' | 'host' | 'join' | 'offline';

/**
 * `by`: whose rights make it. `evades`: what the command does not meet there. `because`: why it is not in a namespace,
 * where that was not asked for.
 */
export type Choice =
  | {
      readonly kind: 'veth';
      readonly by: 'root' | 'sudo';
      readonly evades?: readonly string[];
      readonly uplink?: Uplink;
    }
  | { readonly kind: 'user-mode' }
  | { readonly kind: 'host'; readonly by?: 'sudo'; readonly because?: readonly string[] }
  | { readonly kind: 'join'; readonly by?: 'sudo'; readonly netns: string }
  | { readonly kind: 'offline'; readonly by: 'root' | 'user-namespace' };

/** What is asked for. */
export type Wish = {
  readonly asked: Exclude<Asked, 'host' | 'join'>;
  readonly needs?: Needs | undefined;
};

/** What options of the run ask of the place. */
export type Needs = {
  /** As they are typed. */
  readonly options: readonly string[];
  /** The kernel can do it in place too, for root. */
  readonly inPlace: boolean;
  /** A user's namespace can do it too. */
  readonly userMode: boolean;
  /** What can be had without any of them. */
  readonly instead?: string | undefined;
};

/**
 * Chooses where to run: what was asked for, or by itself the most exact that works and is for the command what this
 * machine is. Else in place.
 * @throws {NetmeterError} NO_ISOLATION, with the reason and cure of each that does not work
 */
export function chooseIsolation({ asked, needs }: Wish, facts: Facts): Choice {
  switch (asked) {
    case 'auto':
      return choose(needs, facts);
    case 'veth':
      return vethDespite(facts) ?? refuse(['veth'], facts, needs);
    case 'user-mode':
      return userModeObstacles(facts).length === 0 ? { kind: 'user-mode' } : refuse(['user-mode'], facts, needs);
    case 'offline':
      if (offlineObstacles(facts).length > 0) return refuse(['offline'], facts, needs);
      return { kind: 'offline', by: facts.rights.works ? 'root' : 'user-namespace' };
    default:
      return asked satisfies never;
  }
}

function choose(needs: Needs | undefined, facts: Facts): Choice {
  if (needs && !needs.inPlace) return chooseNamespace(needs, facts);
  if (!facts.libc.works && lacksLibcAlone(facts)) refuse(['veth', 'user-mode'], facts);
  const veth = facts.obstacles.length === 0 ? vethChoice(facts) : undefined;
  if (veth) return veth;
  // A user's namespace, and a user in place, cannot do it.
  if (needs && !facts.root && !facts.rights.works) return refuse(['veth'], facts, needs);
  return userMode(facts) ?? { kind: 'host', because: reasonsAgainst(facts) };
}

function chooseNamespace(needs: Needs, facts: Facts): Choice {
  if (!needs.userMode) return vethDespite(facts) ?? refuse(['veth'], facts, needs);
  return vethDespite(facts) ?? userMode(facts) ?? refuse(['veth', 'user-mode'], facts, needs);
}

/** What a complete installation of netmeter would cure is no property of this machine. */
const lacksLibcAlone = (facts: Facts) => {
  const complete: Facts = { ...facts, libc: { works: true } };
  return vethChoice(complete) !== undefined || userMode(complete) !== undefined;
};

const userMode = (facts: Facts): Choice | undefined =>
  userModeObstacles(facts).length === 0 ? { kind: 'user-mode' } : undefined;

/** With what the command will not meet there. */
function vethDespite(facts: Facts): Choice | undefined {
  const choice = facts.obstacles.some(({ kind }) => kind === 'cannot') ? undefined : vethChoice(facts);
  const evades = facts.obstacles.flatMap(({ kind, reason }) => (kind === 'evades' ? [reason] : []));
  return choice && evades.length > 0 ? { ...choice, evades } : choice;
}

/** Why there is no namespace; that root's packets have no transport is no news to anybody. */
function reasonsAgainst(facts: Facts): string[] {
  const all = [...obstaclesTo('veth', facts), ...(facts.root ? [] : userModeObstacles(facts))];
  return [...new Set(all.map(({ reason }) => reason))];
}

type VethChoice = Extract<Choice, { kind: 'veth' }>;

function vethChoice({ libc, rights, vethTools, sudo, uplink }: Facts): VethChoice | undefined {
  if (!libc.works || !vethTools.works) return undefined;
  if (rights.works) return { kind: 'veth', by: 'root', ...(uplink && { uplink }) };
  return sudo.works ? { kind: 'veth', by: 'sudo' } : undefined;
}

type Failed = Extract<Probe, { works: false }>;

const failed = (...probes: readonly Probe[]): Failed[] => probes.filter((probe) => !probe.works);

const AS_ROOT: Failed = {
  works: false,
  reason: 'it is not for root, whose packets pasta does not carry',
  cure: 'run netmeter as an ordinary user',
};

const userModeObstacles = ({ root, libc, userNamespace, tun, transport }: Facts): Failed[] =>
  root ? [AS_ROOT] : failed(libc, userNamespace, tun, transport);

const offlineObstacles = ({ rights, userNamespace }: Facts): Failed[] =>
  rights.works || userNamespace.works ? [] : failed(rights, userNamespace);

export type Isolating = 'veth' | 'user-mode' | 'offline';

/** Whether an isolation can be had, be it not all that this machine is. */
export const canIsolate = (kind: Isolating, facts: Facts): boolean =>
  kind === 'veth' ? vethDespite(facts) !== undefined : obstaclesTo(kind, facts).length === 0;

type InTheWay = { readonly reason: string; readonly cure: string };

/** What is in the way of an isolation; nothing: it works. */
export function obstaclesTo(kind: Isolating, facts: Facts): readonly InTheWay[] {
  switch (kind) {
    case 'veth':
      return [...vethFailures(facts), ...facts.obstacles];
    case 'user-mode':
      return userModeObstacles(facts);
    case 'offline':
      return offlineObstacles(facts);
    default:
      return kind satisfies never;
  }
}

const vethFailures = (facts: Facts): Failed[] =>
  vethChoice(facts)
    ? []
    : [...failed(facts.libc, facts.vethTools), ...(facts.rights.works ? [] : failed(facts.rights, facts.sudo))];

function refuse(kinds: readonly Isolating[], facts: Facts, needs?: Needs): never {
  const what = needs ? `${needs.options.join(', ')} cannot be had here` : 'the command cannot be isolated here';
  const lines = kinds.flatMap((kind) => obstaclesTo(kind, facts).map(({ reason }) => `  ${kind}: ${reason}`));
  const cures = new Set(kinds.flatMap((kind) => obstaclesTo(kind, facts).map(({ cure }) => asSentence(cure))));
  const instead = needs ? needs.instead : insteadOf(kinds);
  throw new NetmeterError('NO_ISOLATION', [`${what}:`, ...lines].join('\n'), {
    cure: [...cures, ...(instead ? [asSentence(`or ${instead}`)] : [])].join('\n  '),
  });
}

/** Nothing leaves offline, which no other place can do. */
const insteadOf = (kinds: readonly Isolating[]) =>
  kinds.includes('offline') ? undefined : 'measure in place, which needs nothing: --in-place';

/** No full stop: a command that ends it would be copied with it. */
const asSentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
