import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { pid } from 'node:process';
import { Assembler } from '../linux/bpf/assembler.js';
import { BpfLink } from '../linux/bpf/bpf-link.js';
import { BpfProgram, type BpfProgramPlan } from '../linux/bpf/bpf-program.js';
import { CgroupHierarchy } from '../linux/cgroup/hierarchy.js';
import { type Facility, tried } from './facility.js';

const CGROUP2 = 'mount it: mount -t cgroup2 none /sys/fs/cgroup; a container needs its own, and rights to write to it';
const BPF = 'allow it (CAP_BPF, no lockdown of confidentiality), with a kernel that has CONFIG_CGROUP_BPF';

/** What a command's tree is followed and counted with. */
export const treeFacilities = (): Facility[] => [
  tried({
    name: 'control groups (v2)',
    serves: 'the tree, and the count of it',
    use: () => withGroup(() => {}),
    cure: CGROUP2,
  }),
  ...Object.entries(GROUP_FILES).map(([file, { serves, since }]) =>
    tried({ name: file, serves, use: () => withGroup((folder) => requireFile(`${folder}/${file}`)), cure: since }),
  ),
  ...Object.entries(PROGRAMS).map(([name, { serves, plan, cure = BPF }]) =>
    tried({ name: `BPF: ${name}`, serves, use: () => loadProgram(plan), cure }),
  ),
  ...['sock_send_length', 'sock_recv_length'].map((name) =>
    tried({
      name: `tracepoint ${name}`,
      serves: 'bytes by process',
      use: () => traceBy(name),
      cure: 'Linux 6.3 or later; without it processes are sampled',
    }),
  ),
];

const GROUP_FILES = {
  'cgroup.events': { serves: 'the end of the tree', since: CGROUP2 },
  'cgroup.kill': { serves: 'ending the tree at once', since: 'Linux 5.14 or later; without it each process is ended' },
  'cpu.stat': { serves: 'CPU time of the whole tree', since: CGROUP2 },
} as const;

/** `return VALUE`: does nothing, wherever it is attached. */
const returning = (value: number) => new Assembler().move('r0', value).exit();

type Program = { readonly serves: string; readonly plan: BpfProgramPlan; readonly cure?: string };

const PROGRAMS: Readonly<Record<string, Program>> = {
  cgroup_skb: {
    serves: 'exact bytes in place',
    plan: { type: 'cgroupSkb', name: 'nm_doctor', attachment: 'ingress', code: returning(1) },
  },
  sock_ops: {
    serves: 'connections in place',
    plan: { type: 'sockOps', name: 'nm_doctor', attachment: 'sockOps', code: returning(1) },
  },
  cgroup_sock_addr: {
    serves: 'attempts to connect',
    plan: { type: 'cgroupSockAddr', name: 'nm_doctor', attachment: 'connect4', code: returning(1) },
  },
  raw_tracepoint: {
    serves: 'bytes by process in place',
    plan: { type: 'rawTracepoint', name: 'nm_doctor', code: returning(0) },
  },
  get_netns_cookie: {
    serves: 'nested namespaces in place',
    plan: {
      ...{ type: 'cgroupSkb', name: 'nm_doctor', attachment: 'ingress' },
      code: new Assembler().call('get_netns_cookie').move('r0', 1).exit(),
    },
    cure: 'Linux 6.15 or later; without it what they move is in the bound',
  },
};

const loadProgram = (plan: BpfProgramPlan) => BpfProgram.load(plan)[Symbol.dispose]();

function traceBy(tracepoint: string): void {
  using program = BpfProgram.load({ type: 'rawTracepoint', name: 'nm_doctor', code: returning(0) });
  BpfLink.toTracepoint(program, tracepoint)[Symbol.dispose]();
}

/** Makes a group below netmeter's own, and takes it away. */
function withGroup(use: (folder: string) => void): void {
  using hierarchy = CgroupHierarchy.open();
  const home = hierarchy?.folderOf('self');
  if (home === undefined) throw new Error('there is no control group of version 2');
  const folder = `${home}/netmeter-doctor-${pid}`;
  mkdirSync(folder);
  try {
    use(folder);
  } finally {
    rmdirSync(folder);
  }
}

function requireFile(file: string): void {
  if (!existsSync(file)) throw new Error('this kernel has none');
}
