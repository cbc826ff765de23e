import { pid as ownPid } from 'node:process';
import { NetmeterError } from '../../errors.js';
import { besideDevices } from '../machine/beside-devices.js';
import { countedDevices } from '../machine/counted-devices.js';
import { ownMachine } from '../machine/outside-devices.js';
import { type SharedOptions, SharedScope } from './shared-scope.js';

/** netmeter's own namespaces: a dedicated machine, a container, a pod. Needs no privilege and no tool. */
export class HostScope extends SharedScope {
  /** @throws {NetmeterError} INTERRUPTED */
  static async open(options: SharedOptions = {}): Promise<HostScope> {
    if (options.signal?.aborted) throw new NetmeterError('INTERRUPTED', 'interrupted before the command started');
    const machine = ownMachine();
    const devices = countedDevices(machine);
    const marks = { NETMETER_HOST: '127.0.0.1' };
    const place = {
      isolation: { kind: 'host', devices } as const,
      beside: besideDevices(machine, devices),
      pid: ownPid,
      marks,
    };
    return new HostScope({ ...place, enter: [], enterNetwork: [], leave: async () => {} }, options);
  }
}
