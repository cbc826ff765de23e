import { Boundary } from '../../boundary.js';
import { carriesIpv6, readUplink } from '../machine/read-uplink.js';
import type { PublishedPort } from '../ports/ports.js';
import { findHolderTools } from '../tools/programs/find-tools.js';
import { newRun } from '../tools/programs/script-environment.js';
import { GuardedTransport } from './guarded-transport.js';
import { chooseTransport, type Transport } from './transport.js';
import { UserModeNames } from './user-mode-names.js';
import { UserModeNamespace } from './user-mode-namespace.js';

/** What a run wants of its namespace. */
export type UserModeOptions = {
  /** Where the command will start. */
  readonly cwd?: string | undefined;
  /** The soft limit of open files that the command shall find, where Node has raised ours. */
  readonly openFiles?: number | undefined;
  /** The folder of the control group that the command's tree may get. */
  readonly cgroup?: string | undefined;
  /** Where exceptions of services end. */
  readonly boundary?: Boundary | undefined;
  /** Ports of the host that lead inside; pasta only. */
  readonly publish?: readonly PublishedPort[] | undefined;
};

/** What a scope in user-mode is made of. */
export type UserModeParts = {
  /** The run's, by which its processes are known. */
  readonly mark: string;
  readonly isPublished: boolean;
  readonly transport: Transport;
  readonly names: UserModeNames;
  readonly namespace: UserModeNamespace;
  readonly guarded: GuardedTransport;
};

/** Chooses who carries the packets, and begins to make the namespace. @throws {NetmeterError} MISSING_TOOLS */
export function makeUserModeParts(options: UserModeOptions): UserModeParts {
  const { publish = [], cwd, openFiles, cgroup, boundary = new Boundary() } = options;
  const tools = findHolderTools();
  const uplink = readUplink();
  const mark = newRun();
  const { mtu, ipv4, ipv6, routed } = uplink;
  const device = ipv4 === undefined && ipv6 === undefined ? (routed.ipv4[0] ?? 'lo') : undefined;
  const transport = chooseTransport({ mtu, ipv6: carriesIpv6(uplink), device, publish });
  const names = new UserModeNames(uplink, boundary);
  const namespace = new UserModeNamespace({ tools, transport, names, cwd, openFiles, mark });
  const guarded = new GuardedTransport({ transport, holder: namespace.holder, sh: tools.sh, mark, cgroup });
  return { mark, isPublished: publish.length > 0, transport, names, namespace, guarded };
}
