import { isLittleEndian, type PageLayout } from './ring-buffer-page.js';

type Field = { readonly offset: number; readonly size: number };

/** An event's number and the fields of its record, by name. */
export type EventFormat = { readonly id: number; readonly fields: ReadonlyMap<string, Field> };

const FIELD = /^\s*field:[^;]*?(\w+)(?:\[\w*\])?;\s*offset:(\d+);\s*size:(\d+);/gm;

/**
 * Parses events/SYSTEM/EVENT/format of a tracefs (Documentation/trace/events.rst).
 * @returns undefined where it is none
 */
export function parseEventFormat(text: string): EventFormat | undefined {
  const id = /^ID: (\d+)$/m.exec(text)?.[1];
  return id === undefined ? undefined : { id: Number(id), fields: parseFields(text) };
}

/** Parses events/header_page; undefined where it is none. */
export function parsePageLayout(text: string, little = isLittleEndian): PageLayout | undefined {
  const fields = parseFields(text);
  const [commit, data] = [fields.get('commit'), fields.get('data')];
  if (!commit || !data) return undefined;
  return { size: data.offset + data.size, data: data.offset, commit: commit.offset + (little ? 0 : commit.size - 4) };
}

const parseFields = (text: string): ReadonlyMap<string, Field> =>
  new Map(
    [...text.matchAll(FIELD)].map(([, name = '', offset, size]) => [
      name,
      { offset: Number(offset), size: Number(size) },
    ]),
  );
