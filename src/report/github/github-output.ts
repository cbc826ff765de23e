import type { Measurement } from '../../measurement/measurement.js';
import { totalOf } from '../flows.js';

/** The step's outputs, a line each; unknown is empty. */
export function githubOutput({ traffic: { external }, budget }: Measurement): string {
  const outputs = {
    'bytes-in': external.in.wireOctets,
    'bytes-out': external.out.wireOctets,
    'bytes-total': totalOf(external).wireOctets,
    verdict: budget?.verdict,
  };
  return Object.entries(outputs)
    .map(([name, value]) => `${name}=${value ?? ''}\n`)
    .join('');
}
