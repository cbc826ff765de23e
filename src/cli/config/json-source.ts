import { type DocumentNode, parse, type ValueNode } from '@humanwhocodes/momoa';
import { configError } from './config-error.js';
import type { ConfigSource } from './config-source.js';

/**
 * A configuration in JSON, of a parser that remembers where everything stood.
 * @param isManifest it is the section "netmeter" of a package.json
 * @throws {NetmeterError} CONFIG
 */
export function jsonSource(file: string, text: string, isManifest: boolean): ConfigSource {
  const document = parseJson(file, text, parse);
  // The parser that remembers lets some pass that is no JSON.
  const value: unknown = parseJson(file, text, JSON.parse);
  const prefix = isManifest ? ['netmeter'] : [];
  return {
    value: isManifest ? sectionOf(value) : value,
    locate: (path) => locate(file, document, [...prefix, ...path]),
  };
}

function sectionOf(manifest: unknown): unknown {
  return typeof manifest === 'object' && manifest !== null && 'netmeter' in manifest ? manifest.netmeter : undefined;
}

function parseJson<Parsed>(file: string, text: string, parseText: (text: string) => Parsed): Parsed {
  try {
    return parseText(text);
  } catch (cause) {
    const { line, column, message } = cause as Error & { readonly line?: number; readonly column?: number };
    if (endsEarly(text)) throw configError(`${file}:${endOf(text)}`, 'it ends where JSON goes on', { cause });
    const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
    throw configError(place, inWords(message), { cause });
  }
}

/** What the parser calls the characters that it meets. */
const TOKENS = { LBrace: '{', RBrace: '}', LBracket: '[', RBracket: ']', Comma: ',', Colon: ':' } as const;

const inWords = (message: string) =>
  message
    .replace(/ *\(\d+:\d+\)$/, '')
    .replace(/(?<=^Unexpected token )\w+/, (type) =>
      type in TOKENS ? `'${TOKENS[type as keyof typeof TOKENS]}'` : type,
    );

/** The parser that remembers takes the last token for what is wrong. */
function endsEarly(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    const { message } = error as Error;
    const position = /at position (\d+)/.exec(message)?.[1];
    return position === undefined ? message.includes('end of JSON input') : Number(position) >= text.trimEnd().length;
  }
}

/** The line and column behind the last character; the parser gives none. */
function endOf(text: string): string {
  const lines = text.trimEnd().split('\n');
  return `${lines.length}:${(lines.at(-1) ?? '').length + 1}`;
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
