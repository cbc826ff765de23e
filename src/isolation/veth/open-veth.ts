import { asSetUp } from '../namespace/as-set-up.js';
import { opened } from '../tools/opened.js';
import { findTools } from '../tools/programs/find-tools.js';
import { makeVethParts, type VethOptions, type VethParts } from './veth-parts.js';
import { VethScope } from './veth-scope.js';

export type OpenOptions = VethOptions & {
  /** Aborted while the scope is being made: it is taken down again. */
  readonly signal?: AbortSignal | undefined;
};

/**
 * Opens a scope. Everything that does not depend on another is started at once; on failure all of it is undone.
 * @throws {NetmeterError} MISSING_TOOLS, FORWARDING_BLOCKED, NO_FREE_SUBNET, SETUP_FAILED, INTERRUPTED
 */
export async function openVeth({ signal, ...options }: OpenOptions = {}): Promise<VethScope> {
  const tools = findTools();
  const parts = asSetUp(() => makeVethParts(tools, options));
  return opened(new VethScope(parts), () => setUp(parts), signal);
}

async function setUp({ host, namespace, services, inside }: VethParts): Promise<void> {
  const links = host.setUp(namespace);
  await services.start({ namespace, plans: links.plans, inside });
  await links.running();
}
