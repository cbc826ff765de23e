import type { Option } from '../option.js';

/** Options for where the command runs, and what it reaches from there. */
export const WHERE_OPTIONS: readonly Option[] = [
  {
    name: 'isolation',
    value: 'KIND',
    choices: ['auto', 'veth', 'user-mode', 'host', 'join', 'offline'],
    group: 'Where',
    description: 'auto (the most exact that works), veth, user-mode, host, join or offline',
  },
  {
    name: 'in-place',
    group: 'Where',
    description: 'Where the command would run without netmeter: short for --isolation host',
  },
  {
    name: 'netns',
    value: 'NAME',
    group: 'Where',
    description: 'Join a network namespace that is there: a name of ip netns, or a path',
  },
  {
    name: 'baseline-idle',
    value: 'TIME',
    group: 'Where',
    description: 'Watch a shared namespace this long before and after (default 1s if a socket is open)',
  },
  {
    name: 'host-port',
    value: 'PORT',
    repeatable: true,
    group: 'Where',
    description: 'Offer a loopback port of the host at 127.0.0.1 inside: 5432, 8000-8010, 53/udp',
  },
  {
    name: 'publish',
    alias: 'p',
    value: 'PORTS',
    repeatable: true,
    group: 'Where',
    description: 'Forward [ADDR:]HOST:INNER[/udp] of this machine to a port of the command',
  },
  {
    name: 'rate-limit',
    value: 'RATE',
    group: 'Where',
    description: 'Let no more pass a second, each way: 10MB/s',
  },
  {
    name: 'allow',
    value: 'DEST',
    repeatable: true,
    group: 'Where',
    description: 'Let the command reach this alone: a name, *.name, address or network (CIDR)',
  },
  {
    name: 'deny',
    value: 'DEST',
    repeatable: true,
    group: 'Where',
    description: 'Refuse the command this, even if it is allowed',
  },
];
