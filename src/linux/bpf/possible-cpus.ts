import { readFileSync } from 'node:fs';

/**
 * How many values a per-CPU map has for each key: one for every CPU that the machine could ever have, in the kernel's
 * notation of lists (`0-3,8`).
 */
export function possibleCpus(text = readFileSync('/sys/devices/system/cpu/possible', 'latin1')): number {
  return text
    .trim()
    .split(',')
    .map((range) => range.split('-').map(Number))
    .reduce((count, [first = 0, last = first]) => count + last - first + 1, 0);
}
