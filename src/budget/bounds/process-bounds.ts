import { fitsPattern } from '../patterns/name-pattern.js';
import { type Bounds, unknown } from './bounds.js';
import type { Evidence, ProcessPayload } from './evidence.js';

/** What is certain about the external payload, both ways, of the processes whose program's name fits. */
export function processBounds(pattern: string, { processes }: Evidence): Bounds {
  if (!processes) return unknown('who used the network was not looked for');
  if (processes.evidence === 'none') return unknown(processes.reason);
  const fitting = processes.processes.filter(({ name }) => name !== null && fitsPattern(pattern, name));
  const nameless = processes.processes.filter(({ name }) => name === null);
  const isExternal = processes.unplacedIsExternal === true;
  const lower = sum(fitting.map(({ payload }) => (isExternal ? all(payload) : external(payload))));
  const doubts: readonly (readonly [number, string])[] = [
    [isExternal ? 0 : sum(fitting.map(({ payload }) => unplaced(payload))), 'where some of it went is not known'],
    [sum(nameless.map(({ payload }) => all(payload))), 'a process was over before its name could be read'],
    [all(processes.otherProcesses.payload), 'there were more processes than are listed one by one'],
    [processes.evidence === 'sampled' ? Infinity : 0, 'processes were looked at now and then only'],
    [processes.lostEvents === 0 ? 0 : Infinity, 'the kernel had no room for some of what happened'],
  ];
  const beyond = sum(doubts.map(([octets]) => octets));
  const [, reason] = doubts.reduce((worst, doubt) => (doubt[0] > worst[0] ? doubt : worst));
  return { lower, upper: lower + beyond, used: lower, ...(beyond > 0 && { reason }) };
}

const external = ({ external: { in: incoming, out } }: ProcessPayload) => incoming + out;
const unplaced = ({ unplaced: { in: incoming, out } }: ProcessPayload) => incoming + out;
const all = (payload: ProcessPayload) => external(payload) + unplaced(payload);
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
