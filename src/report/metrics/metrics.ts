import type { JudgedLimit } from '../../measurement/budget.js';
import type { Measurement } from '../../measurement/measurement.js';
import type { InOut, Layers } from '../../measurement/traffic.js';
import { hasFailed } from '../end-text.js';
import { limitName } from '../limit-text.js';

/** A value with its labels. null: unknown, and left out: in a file of metrics no number is better than a wrong one. */
export type Value = { readonly labels: Readonly<Record<string, string>>; readonly value: number | null };

/** Metrics of one name; `unit` is the name's last word. All are gauges: the next run's value may be lower. */
export type Family = {
  readonly name: string;
  readonly unit?: string;
  readonly help: string;
  readonly samples: readonly Value[];
};

/** What a run is as metrics. Names and labels stay, and only values change, or GitLab would call everything new. */
export const metricsOf = (measurement: Measurement): Family[] => [
  ...trafficMetrics(measurement),
  ...runMetrics(measurement),
  ...budgetMetrics(measurement.budget?.limits ?? []),
  ...protocolMetrics(measurement),
];

function trafficMetrics({ traffic: { external, loopback, hostLocal }, method }: Measurement): Family[] {
  const classes = Object.entries({ external, 'host-local': hostLocal, loopback });
  const each = (value: (layers: Layers) => number | null) =>
    classes.flatMap(([name, flow]) =>
      flow ? directions({ in: value(flow.in), out: value(flow.out) }, { class: name }) : [],
    );
  return [
    {
      name: 'netmeter_bytes',
      unit: 'bytes',
      help: 'IP bytes as on the wire, headers of each segment included.',
      samples: each(({ wireOctets }) => wireOctets),
    },
    { name: 'netmeter_packets', help: 'Packets on the wire.', samples: each(({ packets }) => packets) },
    {
      name: 'netmeter_error_bound_bytes',
      unit: 'bytes',
      help: 'How far the external bytes can be off; 0 is exact.',
      samples: directions(method.errorBound),
    },
  ];
}

function runMetrics({ command, series }: Measurement): Family[] {
  const { cpu, exit, durationMs } = command;
  return [
    single(
      'netmeter_duration_seconds',
      'From the start of the command to the end of its last process.',
      durationMs / 1000,
      'seconds',
    ),
    {
      name: 'netmeter_cpu_seconds',
      unit: 'seconds',
      help: 'CPU time of the command and its descendants.',
      samples: (['user', 'system'] as const).map((mode) => ({
        labels: { mode },
        value: cpu && cpu[`${mode}Ms`] / 1000,
      })),
    },
    {
      name: 'netmeter_average_bytes_per_second',
      help: 'External bytes a second, until the last of them.',
      samples: directions(series.average ?? UNKNOWN),
    },
    {
      name: 'netmeter_peak_bytes_per_second',
      help: 'External bytes a second, in the interval between two samples where they were the most.',
      samples: directions(series.peak ?? UNKNOWN),
    },
    single(
      'netmeter_command_failed',
      '1 when the command ended with an exit code other than 0, or by a signal.',
      exit.kind === 'code' || exit.kind === 'signal' ? Number(hasFailed(exit)) : null,
    ),
  ];
}

/** As metrics call them: the last word of the name; a count has none. */
const UNITS = { octets: 'bytes', 'octets/s': 'bytes_per_second', count: undefined } as const;

const unitOf = ({ unit = 'octets' }: JudgedLimit) => UNITS[unit];

/** A warning is a limit of its own beside the one that fails. */
const labelsOf = (limit: JudgedLimit): Value['labels'] => ({
  limit: limitName(limit),
  ...(limit.level === 'warn' && { level: 'warn' }),
});

function budgetMetrics(limits: readonly JudgedLimit[]): Family[] {
  const units = [...new Set(limits.map(unitOf))];
  const verdicts = { within: 0, exceeded: 1, unmeasured: null } as const;
  return [
    ...units.flatMap((unit) => {
      const alike = limits.filter((limit) => unitOf(limit) === unit);
      const family = (name: string, help: string, value: (limit: JudgedLimit) => number | null) => ({
        name: unit === undefined ? `netmeter_budget_${name}` : `netmeter_budget_${name}_${unit}`,
        ...(unit !== undefined && { unit }),
        help,
        samples: alike.map((limit) => ({ labels: labelsOf(limit), value: value(limit) })),
      });
      return [
        family('allowed', 'What a limit of the budget allows.', ({ limit }) => limit),
        family('used', 'What was used of a limit.', ({ used }) => used),
      ];
    }),
    {
      name: 'netmeter_budget_exceeded',
      help: '1 when more was used than the limit allows, 0 when not; absent when that cannot be judged.',
      samples: limits.map((limit) => ({ labels: labelsOf(limit), value: verdicts[limit.verdict] })),
    },
  ];
}

function protocolMetrics({ protocol: { tcp, udp, link } }: Measurement): Family[] {
  const connections = {
    opened: tcp.connectionsOpened,
    accepted: tcp.connectionsAccepted,
    failed: tcp.connectionsFailed,
    reset: tcp.establishedResets,
  };
  return [
    {
      name: 'netmeter_tcp_connections',
      help: 'TCP connections by what became of them, loopback included.',
      samples: Object.entries(connections).map(([event, value]) => ({ labels: { event }, value })),
    },
    single('netmeter_tcp_retransmitted_segments', 'TCP segments retransmitted.', tcp.retransmittedSegments),
    {
      name: 'netmeter_udp_datagrams',
      help: 'UDP datagrams, loopback included.',
      samples: directions({ in: udp.datagramsIn, out: udp.datagramsOut }),
    },
    single('netmeter_udp_errors', 'UDP datagrams that could not be delivered.', udp.errors),
    single('netmeter_link_errors', 'Errors at the link to the outside.', link.errors),
    single('netmeter_link_drops', 'Packets dropped at the link to the outside.', link.drops),
  ];
}

const UNKNOWN = { in: null, out: null };

const directions = (values: InOut<number | null>, labels: Value['labels'] = {}): Value[] =>
  (['in', 'out'] as const).map((direction) => ({ labels: { ...labels, direction }, value: values[direction] }));

const single = (name: string, help: string, value: number | null, unit?: string): Family => ({
  name,
  help,
  ...(unit !== undefined && { unit }),
  samples: [{ labels: {}, value }],
});
