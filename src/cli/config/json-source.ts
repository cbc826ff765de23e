import { type DocumentNode, parse, type ValueNode } from '@humanwhocodes/momoa';
import { configError } from './config-error.js';
import type { ConfigSource } from './config-source.js';

/**
 * A configuration in JSON, of a parser that remembers where everything stood.
 * @param isManifest it is the section "netmeter" of a package.json
 * @throws {NetmeterError} CONFIG
 */
export function jsonSource(file: string, text: string, isManifest: boolean): ConfigSource {
  const document = parseJson(file, text);
  const prefix = isManifest ? ['netmeter'] : [];
  const value: unknown = JSON.parse(text);
  return {
    value: isManifest ? (value as Record<string, unknown>)['netmeter'] : value,
    locate: (path) => locate(file, document, [...prefix, ...path]),
  };
}

function parseJson(file: string, text: string): DocumentNode {
  try {
    return parse(text);
  } catch (cause) {
    const { line, column, message } = cause as Error & { readonly line?: number; readonly column?: number };
    const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
    throw configError(place, message.replace(/ *\(\d+:\d+\)$/, ''), cause);
  }
}

/** As far down the path as there is something. */
function locate(file: string, { body }: DocumentNode, path: readonly PropertyKey[]): string {
  let [node, place]: [ValueNode, ValueNode['loc']['start']] = [body, body.loc.start];
  for (const key of path) {
    const members = node.type === 'Object' ? node.members : [];
    // The last of two keys of the same name counts.
    const member = members.findLast(({ name }) => (name.type === 'String' ? name.value : name.name) === key);
    if (!member) break;
    node = member.value;
    place = member.loc.start;
  }
  return `${file}:${place.line}:${place.column}`;
}
