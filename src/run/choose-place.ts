import { geteuid } from 'node:process';
import type { Account } from '../command/account.js';
import { NetmeterError } from '../errors.js';
import type { Choice } from '../isolation/choice.js';
import { chooseIsolation } from '../isolation/choose-isolation.js';
import { readRootFacts } from '../isolation/read-root-facts.js';
import { mayReturn } from '../isolation/require-return.js';
import type { MeasureOptions } from '../measure-options.js';
import { needsOf } from './needs.js';

/**
 * Chooses where the command shall run. Who has the rights for the most exact place pays for no other probe.
 * @param account whom the command runs as, where that is not netmeter's own
 * @throws {NetmeterError} NO_ISOLATION
 */
export async function choosePlace(options: MeasureOptions, account: Account | undefined): Promise<Choice> {
  const { isolation = 'auto', netns } = options;
  if (netns !== undefined) return asRoot(join(isolation, netns));
  if (isolation === 'join')
    throw new NetmeterError('USAGE', '--isolation join needs a namespace to join', { cure: JOIN_CURE });
  if (isolation === 'host') return asRoot({ kind: 'host' });
  const leadsOut = isolation === 'auto' || isolation === 'veth';
  const uid = leadsOut ? (account?.uid ?? geteuid?.() ?? 0) : undefined;
  const wish = { asked: isolation, needs: needsOf(options) };
  const facts = readRootFacts(uid);
  // Offline is to be had by one more user namespace: root of one loses nothing by it, root of the machine would.
  const isNested = isolation === 'offline' && facts.libc.works && !mayReturn();
  if (facts.rights.works || (facts.root && !isNested)) return chooseIsolation(wish, facts);
  const { readFacts } = await import('../isolation/read-facts.js');
  return chooseIsolation(wish, await readFacts(uid));
}

/** What is exact, or allowed, for root alone is so through sudo too, where it asks no password. */
async function asRoot(place: Extract<Choice, { kind: 'host' | 'join' }>): Promise<Choice> {
  const { root, rights, libc } = readRootFacts(undefined);
  if (root || rights.works || !libc.works) return place;
  const { probeSudo } = await import('../isolation/read-facts.js');
  return (await probeSudo()).works ? { ...place, by: 'sudo' } : place;
}

const JOIN_CURE = 'Name it: --netns NAME, or the path of its file, /proc/PID/ns/net for that of a process.';

function join(isolation: string, netns: string): Extract<Choice, { kind: 'join' }> {
  if (isolation === 'auto' || isolation === 'join') return { kind: 'join', netns };
  throw new NetmeterError('USAGE', `--netns and --isolation ${isolation} exclude each other`, {
    cure: 'Leave --isolation out.',
  });
}
