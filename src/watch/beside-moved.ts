import type { InOut } from '../measurement/traffic.js';
import { entry } from './records/entry.js';
import type { SampleRecord } from './records/record.js';

/** Link bytes of an interval by devices that lead to others on this machine. null: unknown. */
type Moved = InOut<number | null> & { readonly device: string };

/** What an interval had of them; those by which nothing went are left out. */
export const besideMoved = ({ beside = [], delta }: Pick<SampleRecord, 'beside' | 'delta'>): readonly Moved[] =>
  beside.flatMap((device) => {
    const bytes = delta ? entry(delta.devices, device) : undefined;
    return bytes && (bytes.in !== 0 || bytes.out !== 0) ? [{ device, ...bytes }] : [];
  });
