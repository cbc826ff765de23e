import type { Scope } from '../isolation/scope.js';
import { VethScope } from '../isolation/veth-scope.js';
import type { MeasureOptions } from '../measure-options.js';

/** Opens the scope that the options ask for, or the best that this machine allows. */
export async function openScope(options: MeasureOptions): Promise<Scope> {
  return VethScope.open(options);
}
