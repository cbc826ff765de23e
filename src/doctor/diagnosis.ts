import type { Choice } from '../isolation/choice.js';
import { canIsolate, chooseIsolation } from '../isolation/choose-isolation.js';
import type { Facts, Probe } from '../isolation/facts.js';
import { obstaclesTo } from '../isolation/obstacles-to.js';
import type { Mended } from '../isolation/veth/giving-back/mend.js';
import type { Facility } from './facility.js';

/** One thing that was tried. */
type Finding = { readonly name: string; readonly probe: Probe };

/** An isolation, whether it works here, and how exact it is. */
type IsolationFinding = {
  readonly kind: Choice['kind'];
  readonly works: boolean;
  /** Its numbers equal a capture at the far end of the wire. */
  readonly exact: boolean;
  readonly exactness: string;
  readonly obstacles: readonly { readonly reason: string; readonly cure: string }[];
};

/** What netmeter doctor reports. `chosen`: what a run would use by itself; null: it would be refused. */
export type Diagnosis = {
  readonly schema: 1;
  readonly netmeter: string;
  readonly kernel: string;
  readonly findings: readonly Finding[];
  /** Of the kernel's, each by using it. */
  readonly facilities: readonly Facility[];
  readonly isolations: readonly IsolationFinding[];
  readonly chosen: Choice['kind'] | null;
  /** What runs that were killed with their guardians had left, by their first link, and what could not be given back of it. */
  readonly mended: readonly Mended[];
};

const EXACTNESS = {
  veth: 'exact to the byte; the command’s alone',
  'user-mode': 'bulk within 1 %, acknowledgements within the bound that each summary prints; the command’s alone',
  host: 'TCP in exact, out within a stated bound; all of this machine’s together',
  metered: 'exact to the byte; the command’s alone, beside others',
  bySudo: 'through sudo, as exact as root’s: sudo netmeter doctor shows it',
  offline: 'nothing can leave; what is refused is listed',
} as const;

type About = Pick<Diagnosis, 'netmeter' | 'kernel' | 'mended'>;

/** Facilities by which the command's own packets are counted in place. */
const METER = ['control groups (v2)', 'BPF: cgroup_skb', 'BPF: sock_ops'];

/** What the facts mean for each isolation. */
export function diagnose(facts: Facts, facilities: readonly Facility[], about: About): Diagnosis {
  const kinds = ['veth', 'user-mode', 'offline'] as const;
  const isolations = kinds.map((kind): IsolationFinding => {
    const obstacles = obstaclesTo(kind, facts).map(({ reason, cure }) => ({ reason, cure }));
    return { kind, works: canIsolate(kind, facts), exact: kind === 'veth', exactness: EXACTNESS[kind], obstacles };
  });
  const exact = METER.every((name) => facilities.some((each) => each.name === name && each.probe.works));
  const bySudo = !facts.rights.works && facts.sudo.works;
  const exactness = exact ? EXACTNESS.metered : bySudo ? EXACTNESS.bySudo : EXACTNESS.host;
  const host: IsolationFinding = { kind: 'host', works: true, exact, exactness, obstacles: [] };
  const findings = findingsOf(facts);
  return { schema: 1, ...about, findings, facilities, isolations: [...isolations, host], chosen: chosen(facts) };
}

const findingsOf = (facts: Facts): Finding[] => [
  { name: 'rights over namespaces and links', probe: facts.rights },
  { name: 'programs that a namespace needs', probe: facts.vethTools },
  { name: 'programs that an ordinary user’s namespace needs', probe: facts.holderTools },
  { name: 'sudo without a password', probe: facts.sudo },
  { name: 'user namespaces', probe: facts.userNamespace },
  { name: '/dev/net/tun', probe: facts.tun },
  { name: 'pasta or slirp4netns', probe: facts.transport },
];

function chosen(facts: Facts): Choice['kind'] | null {
  try {
    return chooseIsolation({ asked: 'auto' }, facts).kind;
  } catch {
    return null;
  }
}
