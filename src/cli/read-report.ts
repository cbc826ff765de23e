import * as v from 'valibot';
import type { EarlierRun } from '../budget/comparison/earlier-run.js';
import { NetmeterError } from '../errors.js';
import type { Behalf } from '../files/behalf.js';
import { readInput } from '../files/read-input.js';
import { reasonOf } from '../files/reason-of.js';

/** What a comparison needs of a report. Other keys are let be: a later netmeter writes more. */
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const unknownCount = v.nullable(count);
const octets = v.looseObject({ in: count, out: count });
const layers = v.looseObject({ wireOctets: unknownCount, ipOctets: unknownCount });
const flow = v.looseObject({ in: layers, out: layers });
const unknownOctets = v.looseObject({ in: unknownCount, out: unknownCount });
const row = v.looseObject({
  address: v.string(),
  names: v.array(v.string()),
  protocol: v.string(),
  port: unknownCount,
  role: v.nullable(v.string()),
  wireOctets: unknownOctets,
});
const payload = v.looseObject({ external: octets, unplaced: octets });

const report = v.looseObject({
  schema: v.literal(1),
  command: v.looseObject({
    argv: v.pipe(v.array(v.string()), v.minLength(1)),
    exit: v.looseObject({ kind: v.string(), code: v.optional(count) }),
    startedAt: v.string(),
  }),
  isolation: v.looseObject({ kind: v.string(), mtu: v.optional(count), tool: v.optional(v.string()) }),
  contamination: v.optional(v.looseObject({ grade: v.string() })),
  traffic: v.looseObject({ external: flow, loopback: flow, hostLocal: v.optional(flow) }),
  method: v.looseObject({
    name: v.string(),
    errorBound: v.looseObject({ in: v.nullable(v.number()), out: v.nullable(v.number()) }),
  }),
  remotes: v.optional(
    v.looseObject({
      evidence: v.string(),
      rows: v.array(row),
      others: v.looseObject({ remotes: count, isComplete: v.boolean(), wireOctets: unknownOctets }),
      unattributed: v.looseObject({ in: v.nullable(v.number()), out: v.nullable(v.number()) }),
    }),
  ),
  dns: v.optional(v.looseObject({ queries: unknownCount })),
  processes: v.optional(
    v.variant('evidence', [
      v.looseObject({ evidence: v.literal('none'), reason: v.string() }),
      v.looseObject({
        evidence: v.picklist(['traced', 'sampled']),
        processes: v.array(v.looseObject({ name: v.nullable(v.string()), payload })),
        otherProcesses: v.looseObject({ payload }),
        lostEvents: unknownCount,
      }),
    ]),
  ),
});

/**
 * Reads a JSON report of an earlier run.
 * @throws {NetmeterError} REPORT_UNREADABLE or INTERRUPTED
 */
export async function readReport(file: string, behalf: Behalf, signal?: AbortSignal): Promise<EarlierRun> {
  const json = await readJson(file, behalf, signal);
  const result = v.safeParse(report, json);
  // The kinds that are named by words are only compared with each other.
  if (result.success) return result.output as unknown as EarlierRun;
  const [issue] = result.issues;
  throw unreadable(file, whyUnreadable(json, v.getDotPath(issue)));
}

/** @param path of what is wrong in it; null: all of it is */
function whyUnreadable(json: unknown, path: string | null): string {
  if (path !== null && path !== 'schema') return `its ${path} is not what netmeter writes`;
  const { schema } = (json ?? {}) as { readonly schema?: unknown };
  if (path === 'schema' && typeof schema === 'number') return `its schema is ${schema}, and this netmeter reads 1`;
  return 'it is not a report of netmeter';
}

async function readJson(file: string, behalf: Behalf, signal: AbortSignal | undefined): Promise<unknown> {
  try {
    return JSON.parse(await readInput(file, behalf, signal));
  } catch (cause) {
    if (cause instanceof NetmeterError) throw cause;
    throw unreadable(file, cause instanceof SyntaxError ? `it is not JSON: ${cause.message}` : reasonOf(cause));
  }
}

const unreadable = (file: string, reason: string) => new NetmeterError('REPORT_UNREADABLE', `${file}: ${reason}`);
