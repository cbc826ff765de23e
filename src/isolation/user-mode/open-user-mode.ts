import { getuid } from 'node:process';
import { Boundary } from '../../boundary.js';
import { NetmeterError } from '../../errors.js';
import type { PublishedPort } from '../ports/ports.js';
import { opened } from '../tools/opened.js';
import { makeUserModeParts, type UserModeOptions } from './user-mode-parts.js';
import { UserModeScope } from './user-mode-scope.js';

type OpenOptions = UserModeOptions & {
  /** Aborted while the scope is being made: it is taken down again. */
  readonly signal?: AbortSignal | undefined;
};

/**
 * Opens a scope; on failure all of it is undone.
 * @throws {NetmeterError} MISSING_TOOLS, MISSING_RIGHTS, PORT_TAKEN, SETUP_FAILED, INTERRUPTED
 */
export async function openUserMode({ signal, ...options }: OpenOptions = {}): Promise<UserModeScope> {
  // pasta does not end when it is started as root.
  if (getuid?.() === 0) throw new NetmeterError('SETUP_FAILED', 'user-mode isolation is for ordinary users, not root');
  await requireFree(options.publish ?? []);
  const scope = new UserModeScope(makeUserModeParts(options));
  return opened(scope, () => scope.setUp(), signal);
}

/** pasta is content with one family of a port, and says nothing of the other; what it cannot have at all it calls a failure to start. */
async function requireFree(publish: readonly PublishedPort[]): Promise<void> {
  if (publish.length === 0) return;
  const { PublishedPorts } = await import('../ports/published-ports.js');
  const listening = await PublishedPorts.open(publish, [], new Boundary());
  listening[Symbol.dispose]();
}
