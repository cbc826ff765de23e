import type { Boundary } from '../boundary.js';
import type { Meter } from './meter.js';

/**
 * Loads, while the command runs, what a run needs at its end. One that is over sooner has to wait for no more than it would
 * have loaded then.
 */
export function prepareEnd(meter: Meter, boundary: Boundary): void {
  void boundary.attempt('explanation', () => import('./observers/explain.js'), undefined);
  void boundary.attempt('traffic', async () => meter.prepare(), undefined);
}
