import { visible } from '../visible.js';

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/**
 * One line of text for HTML and XML, in content or in a quoted attribute. What XML 1.0 cannot hold at all is among what
 * is not visible.
 */
export const markup = (text: string) =>
  visible(text).replaceAll(/[&<>"']/g, (character) => ENTITIES.get(character) ?? character);
