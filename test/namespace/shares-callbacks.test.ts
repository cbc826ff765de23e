import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Assembler } from '../../src/linux/bpf/assembler.js';
import { BpfLink } from '../../src/linux/bpf/bpf-link.js';
import { BpfProgram } from '../../src/linux/bpf/bpf-program.js';
import { BpfMap } from '../../src/linux/bpf/maps/bpf-map.js';
import { CgroupHierarchy } from '../../src/linux/cgroup/hierarchy.js';
import { CONNECTS, OPS } from '../../src/observe/connections/sock-ops.js';
import { CgroupMeter } from '../../src/observe/meter/cgroup-meter.js';
import { describePrivileged } from '../privileged.js';
import { once } from '../wait.js';

const CONNECT = `import socket
input()
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname()).close()`;

/** BPF_SOCK_OPS_STATE_CB_FLAG and BPF_SOCK_OPS_RTT_CB_FLAG. */
const CHANGES_FLAG = 4;
const RTT_FLAG = 8;
const ONLY = Buffer.alloc(4);

/** Asks for round trips when a connection is opened. */
const askForRtt = () =>
  new Assembler()
    .load('u32', 'r2', 'r1', OPS.kind)
    .jumpIf('r2', '!=', CONNECTS, 'out')
    .move('r2', RTT_FLAG)
    .call('sock_ops_cb_flags_set')
    .label('out')
    .move('r0', 1)
    .exit();

/** Notes what is asked for then. */
const noteFlags = (map: BpfMap) =>
  new Assembler()
    .load('u32', 'r2', 'r1', OPS.kind)
    .jumpIf('r2', '!=', CONNECTS, 'out')
    .load('u32', 'r2', 'r1', OPS.flags)
    .loadMapValue('r3', map)
    .store('u32', 'r3', 0, 'r2')
    .label('out')
    .move('r0', 1)
    .exit();

describePrivileged('callbacks of a connection', () => {
  test('that another program has asked for are left to it', async () => {
    const group = `${CgroupHierarchy.open()?.folderOf('self')}/callbacks`;
    mkdirSync(group);
    const fd = openSync(group, 'r');
    const job = spawn('python3', ['-c', CONNECT], { stdio: ['pipe', 'ignore', 'inherit'] });
    const gone = once(job, 'close');
    const link = (code: Assembler) => {
      using program = BpfProgram.load({ type: 'sockOps', name: 'nm_test', attachment: 'sockOps', code });
      return BpfLink.toCgroup(program, fd);
    };
    try {
      using map = BpfMap.create({ type: 'array', name: 'nm_test', keySize: 4, valueSize: 4, maxEntries: 1 });
      // In the order in which they are run.
      using _first = link(askForRtt());
      using _meter = CgroupMeter.attach(fd, { mtus: new Map() });
      using _last = link(noteFlags(map));
      writeFileSync(`${group}/cgroup.procs`, `${job.pid}`);
      job.stdin.write('go\n');
      await gone;
      expect(map.lookup(ONLY)?.readUInt32LE()).toBe(CHANGES_FLAG | RTT_FLAG);
    } finally {
      closeSync(fd);
      job.stdin.end();
      await gone;
      rmdirSync(group);
    }
  });
});
