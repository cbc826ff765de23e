import type { Measurement } from '../../measurement/measurement.js';
import type { Layers } from '../../measurement/traffic.js';
import { hasFailed } from '../phrases/end-text.js';
import { budgetMetrics } from './budget-metrics.js';
import { directions, type Family, single } from './family.js';

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
