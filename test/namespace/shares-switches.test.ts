import { expect, test } from 'vitest';
import type { HostChanges } from '../../src/isolation/notes/host-changes.js';
import { RunNote } from '../../src/isolation/notes/run-note.js';
import { readSwitch, switchOff, switchOn } from '../../src/isolation/veth/switches.js';
import { describePrivileged } from '../privileged.js';

const KEY = 'ipv4/conf/lo/forwarding';

describePrivileged('a switch of the host that several runs rely on', () => {
  test('two runs that end together do not leave it to each other', () => {
    const changes = (link: string): HostChanges => ({ link, links: [link], keys: [KEY], chains: [], tables: [] });
    using one = RunNote.open('shares-one');
    using other = RunNote.open('shares-other');
    expect(readSwitch(KEY)).toBe('0');
    switchOn([KEY], () => one.write(changes('nm1')));
    switchOn([KEY], () => other.write(changes('nm2')));
    switchOff([KEY], 'nm1');
    expect(readSwitch(KEY)).toBe('1');
    // The first run's note is still there, and held.
    switchOff([KEY], 'nm2');
    expect(readSwitch(KEY)).toBe('0');
    one.forget();
    other.forget();
  });
});
