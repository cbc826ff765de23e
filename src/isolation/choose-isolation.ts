import { NetmeterError } from '../errors.js';
import { asSentence } from './as-sentence.js';
import type { Choice } from './choice.js';
import type { Facts } from './facts.js';
import { type Isolating, obstaclesTo, offlineObstacles, userModeObstacles, vethChoice } from './obstacles-to.js';

export type Asked = 'auto' | 'veth' | 'user-mode' | 'host' | 'join' | 'offline';

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
  if (!facts.libc.works && lacksLibcAlone(facts)) refuse(facts.root ? ['veth'] : ['veth', 'user-mode'], facts);
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

/** Whether an isolation can be had, be it not all that this machine is. */
export const canIsolate = (kind: Isolating, facts: Facts): boolean =>
  kind === 'veth' ? vethDespite(facts) !== undefined : obstaclesTo(kind, facts).length === 0;

function refuse(kinds: readonly Isolating[], facts: Facts, needs?: Needs): never {
  const what = needs ? `${needs.options.join(', ')}: not available here` : 'the command cannot be isolated here';
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
