import { requireLibc } from '../linux/libc.js';
import { type Facility, tried } from './facility.js';
import { networkFacilities } from './network-facilities.js';
import { treeFacilities } from './tree-facilities.js';

/** Tries each thing of the kernel's that a run may use; without the C library none can be. */
export function tryFacilities(): Facility[] {
  const libc = tried({
    name: 'the C library, by koffi',
    serves: 'everything but --isolation host, watch and reports',
    use: requireLibc,
    cure: 'install netmeter with its optional packages: npm install --include=optional',
  });
  return libc.probe.works ? [libc, ...networkFacilities(), ...treeFacilities()] : [libc];
}
