import { PAYLOAD_CLASSES, type PayloadClass } from '../../measurement/processes.js';

type Moved = { in: number; out: number };
type Payload = Readonly<Record<PayloadClass, Moved>>;

/** What is counted of a process, or of many that share one row. */
export type Account = { readonly payload: Payload; connects: number };

/** What is counted of a process with one remote, or of many that share one row. */
export type RemoteAccount = Moved & { connections: number };

/** Whom a process spoke with. The port is the service's: the remote one of a connect, the own one of an accepted connection. */
export type RemoteName = {
  readonly side: 'connected' | 'accepted' | null;
  readonly address: string;
  readonly port: number;
  readonly protocol: number;
};

/** One process (thread group) from its fork to its end; a later one of the same pid is another record. */
export type ProcessRecord = Account & {
  readonly id: number;
  readonly pid: number;
  /** Undefined: it is not known, or there is no record of it. */
  readonly parent: { readonly id: number; readonly pid: number } | undefined;
  /** The child of netmeter's that it descends from; itself when it is one. */
  readonly top: number | undefined;
  name: string | undefined;
  file: string | undefined;
  commandLine: readonly string[] | undefined;
  readonly startedAt: number | undefined;
  endedAt: number | undefined;
  /** Children that have a record. */
  children: number;
  /** The account that took this one's over. */
  folded: Account | undefined;
};

export const newAccount = (): Account => ({
  payload: {
    external: { in: 0, out: 0 },
    hostLocal: { in: 0, out: 0 },
    loopback: { in: 0, out: 0 },
    unplaced: { in: 0, out: 0 },
  },
  connects: 0,
});

export const totalOf = ({ payload }: Pick<Account, 'payload'>): number =>
  PAYLOAD_CLASSES.reduce((sum, name) => sum + payload[name].in + payload[name].out, 0);

/** Adds `from` to `to`. */
export function pour(from: Account, to: Account): void {
  to.connects += from.connects;
  for (const name of PAYLOAD_CLASSES) {
    to.payload[name].in += from.payload[name].in;
    to.payload[name].out += from.payload[name].out;
  }
}

/** Neither sent, nor received, nor tried to. */
export const isIdle = (record: ProcessRecord) => record.connects === 0 && totalOf(record) === 0;
