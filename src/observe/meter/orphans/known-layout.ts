import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { pid } from 'node:process';
import { Btf } from '../../../linux/bpf/btf.js';
import { NAMESPACE_TYPES, type NamespaceLayout, namespaceLayout } from '../namespaces/namespace-layout.js';
import { ORPHAN_TYPES, type OrphanLayout, orphanLayout } from './orphan-layout.js';

/** Root's alone, beside the notes of runs; empty after a restart of the machine. */
const FOLDER = '/run/netmeter/kernel';

/** Another one after each restart, with which the kernel may be another: a container's /run may outlast it. */
const BOOT = '/proc/sys/kernel/random/boot_id';

/** Of packets; of network namespaces it is null where the kernel calls a field otherwise. */
export type KnownLayout = OrphanLayout & { readonly namespaces: NamespaceLayout | null };

/** A file says of which boot it is, and what it was found to be; null: this kernel does not let it be known. */
type Kept = { readonly format: number; readonly boot: string; readonly layout: KnownLayout | null };

/** Of the file: another one with each change to what is found, and how. */
const FORMAT = 3;

/**
 * The layout, which takes 70 ms to find among the kernel's types, and is the same until the machine is restarted.
 * @param folder where it is kept, if that is root's alone
 * @throws {Error} the kernel has no types, or calls a field otherwise
 */
export function knownLayout(folder = FOLDER): KnownLayout | undefined {
  const boot = bootOf();
  const file = `${folder}/orphans.json`;
  const kept = boot === undefined ? undefined : readKept(folder, file);
  if (kept?.format === FORMAT && kept.boot === boot) return kept.layout ?? undefined;
  const btf = Btf.read([...ORPHAN_TYPES, ...NAMESPACE_TYPES]);
  const packets = orphanLayout(btf);
  const layout = packets && { ...packets, namespaces: namespaceLayout(btf) };
  if (boot !== undefined) keep(folder, file, { format: FORMAT, boot, layout: layout ?? null });
  return layout;
}

function bootOf(): string | undefined {
  try {
    return readFileSync(BOOT, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function readKept(folder: string, file: string): Kept | undefined {
  try {
    return isRootsAlone(folder) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept) : undefined;
  } catch {
    return undefined;
  }
}

function keep(folder: string, file: string, kept: Kept): void {
  const draft = `${file}-${pid}`;
  try {
    mkdirSync(folder, { mode: 0o700, recursive: true });
    if (!isRootsAlone(folder)) return;
    writeFileSync(draft, JSON.stringify(kept), { mode: 0o600, flag: 'wx' });
    renameSync(draft, file);
  } catch {
    // It is found again by the next one.
  }
}

/** Programs are made of what is read there. */
function isRootsAlone(folder: string): boolean {
  const { uid, mode } = statSync(folder);
  return uid === 0 && (mode & 0o077) === 0;
}
