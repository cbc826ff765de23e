import { LinuxError } from '../../linux-error.js';
import { NetlinkError } from '../netlink-error.js';
import { NETLINK_NETFILTER, NetlinkSocket } from '../socket.js';
import { encoded } from './codec.js';
import { type Command, describeCommand, type TableName } from './command.js';
import { chain, type Element, elements, type NamedObject, object, type Rule, rule, table } from './definitions.js';
import { encodeCommand } from './encode-command.js';
import { attributesOf, batch, familyOfTable, type MESSAGES, nftMessage } from './nfnetlink.js';
import { type AddressFamily, HOOKS, type HookName, VERDICTS } from './numbers.js';

/** A transaction that the kernel refused: nothing of it was done. */
export class NftablesError extends LinuxError {
  override readonly name = 'NftablesError';
  /** The first that was refused; undefined: it was the whole. */
  readonly command: Command | undefined;

  constructor(command: Command | undefined, { errno, detail }: NetlinkError) {
    const what = command ? describeCommand(command) : 'the transaction';
    super('nftables', errno, detail ? `${what}: ${detail}` : what);
    this.command = command;
  }
}

export type ListedTable = TableName & {
  /** The netlink port of the one who may change it. */
  readonly owner?: number;
};

export type ListedChain = TableName & {
  readonly chain: string;
  /** Of a base chain. */
  readonly base?: {
    readonly type: string;
    readonly hook: HookName;
    readonly priority: number;
    readonly policy: string;
  };
};

export type ListedRule = Rule & { readonly family: AddressFamily };

/** The nftables of the network namespace that the calling thread is in when they are opened. */
export class Nftables implements Disposable {
  readonly #socket: NetlinkSocket;

  /** @throws {LinuxError} socket: EPROTONOSUPPORT where the kernel has no netfilter */
  static open(): Nftables {
    return new Nftables(NetlinkSocket.open(NETLINK_NETFILTER));
  }

  /** @param socket of NETLINK_NETFILTER, which is closed with this */
  constructor(socket: NetlinkSocket) {
    this.#socket = socket;
  }

  /**
   * Carries out all of the commands or none.
   * @throws {NftablesError} with the command: EPERM without CAP_NET_ADMIN or for a table of another owner, ENOENT where what
   * it names, or the kernel's part for an expression, is missing, EEXIST
   */
  commit(commands: readonly Command[]): void {
    let last = 0;
    const numbers = { next: () => ++last };
    const messages = commands.map((command) => encodeCommand(command, numbers));
    try {
      this.#socket.exchange(batch(messages.flat()));
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error;
      // The batch's beginning stands before the first message.
      const owners = commands.flatMap((command, index) => (messages[index] ?? []).map(() => command));
      throw new NftablesError(owners[error.index - 1], error);
    }
  }

  tables(): ListedTable[] {
    return this.#list('getTable', 'all', Buffer.alloc(0)).flatMap((message) => {
      const family = familyOfTable(message);
      const { name, owner } = table.decode(attributesOf(message));
      return family ? [{ family, table: name, ...(owner !== undefined && { owner }) }] : [];
    });
  }

  /** All chains of all tables. */
  chains(): ListedChain[] {
    return this.#list('getChain', 'all', Buffer.alloc(0)).flatMap((message) => {
      const family = familyOfTable(message);
      return family ? [listedChain(family, attributesOf(message))] : [];
    });
  }

  /** The rules of a table, or of one of its chains, in the order in which packets meet them. */
  rules({ family, table: name }: TableName, of?: string): ListedRule[] {
    const wanted = encoded(rule, { table: name, ...(of !== undefined && { chain: of }) });
    return this.#list('getRule', family, wanted)
      .map((message) => ({ ...rule.decode(attributesOf(message)), family }))
      .filter((each) => each.table === name && (of === undefined || each.chain === of));
  }

  /** The elements of a set, all at once. @throws {NetlinkError} ENOENT */
  elements(within: TableName, set: string): Element[] {
    return [...this.elementPages(within, set)].flat();
  }

  /** The elements of a set, some hundreds at a time; until they are all there this does nothing else. @throws {NetlinkError} ENOENT */
  *elementPages({ family, table: name }: TableName, set: string): Generator<Element[]> {
    for (const page of this.#socket.pages(nftMessage('getElements', family, encoded(elements, { table: name, set }))))
      yield page.flatMap((message) => elements.decode(attributesOf(message)).elements ?? []);
  }

  /** Counters and quotas of a table. */
  objects({ family, table: name }: TableName): NamedObject[] {
    return this.#list('getObject', family, Buffer.alloc(0))
      .map((message) => object.decode(attributesOf(message)))
      .filter((each) => each.table === name);
  }

  /** The descriptor of the socket. */
  get fd(): number {
    return this.#socket.fd;
  }

  /** What this socket owns goes with it. */
  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }

  #list(type: keyof typeof MESSAGES, family: AddressFamily | 'all', attributes: Buffer) {
    return this.#socket.dump(nftMessage(type, family, attributes));
  }
}

function listedChain(family: AddressFamily, attributes: Buffer): ListedChain {
  const { table: of, name = '', hook, policy, type = '' } = chain.decode(attributes);
  const at = (Object.keys(HOOKS) as HookName[]).find((each) => HOOKS[each] === hook?.number);
  if (!hook || !at) return { family, table: of, chain: name };
  const base = { type, hook: at, priority: hook.priority, policy: policy === VERDICTS.drop ? 'drop' : 'accept' };
  return { family, table: of, chain: name, base };
}
