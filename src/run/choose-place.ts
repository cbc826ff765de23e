import { type Choice, chooseIsolation } from '../isolation/choose-isolation.js';
import { readRootFacts } from '../isolation/read-root-facts.js';
import type { MeasureOptions } from '../measure-options.js';

/**
 * Chooses where the command shall run. Who has the rights for the most exact place pays for no other probe.
 * @throws {NetmeterError} NO_ISOLATION
 */
export async function choosePlace({ isolation = 'auto' }: MeasureOptions): Promise<Choice> {
  if (isolation === 'host' || isolation === 'join') return { kind: isolation };
  const facts = readRootFacts();
  if (facts.root || facts.rights.works) return chooseIsolation(isolation, facts);
  const { readFacts } = await import('../isolation/read-facts.js');
  return chooseIsolation(isolation, await readFacts());
}
