import { NetmeterError } from '../errors.js';
import { type Choice, chooseIsolation } from '../isolation/choose-isolation.js';
import { readRootFacts } from '../isolation/read-root-facts.js';
import type { MeasureOptions } from '../measure-options.js';

/**
 * Chooses where the command shall run. Who has the rights for the most exact place pays for no other probe.
 * @throws {NetmeterError} NO_ISOLATION
 */
export async function choosePlace({ isolation = 'auto', netns }: MeasureOptions): Promise<Choice> {
  if (netns !== undefined) return join(isolation, netns);
  if (isolation === 'join') throw new NetmeterError('USAGE', 'join needs to know which namespace', { cure: JOIN_CURE });
  if (isolation === 'host') return { kind: 'host' };
  const facts = readRootFacts();
  if (facts.root || facts.rights.works) return chooseIsolation(isolation, facts);
  const { readFacts } = await import('../isolation/read-facts.js');
  return chooseIsolation(isolation, await readFacts());
}

const JOIN_CURE = 'Name it: --netns NAME, or the path of its file, /proc/PID/ns/net for that of a process.';

function join(isolation: string, netns: string): Choice {
  if (isolation === 'auto' || isolation === 'join') return { kind: 'join', netns };
  throw new NetmeterError('USAGE', `--netns joins a namespace that is there, which ${isolation} is not`, {
    cure: 'Leave --isolation out.',
  });
}
