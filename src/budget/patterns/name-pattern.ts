/**
 * Whether a name fits a pattern, whose `*` stands for any characters, dots too, and `?` for one. As in DNS neither
 * case nor a last dot matters.
 */
export const fitsPattern = (pattern: string, name: string): boolean => fits([...plain(pattern)], [...plain(name)]);

const plain = (text: string) => text.toLowerCase().replace(/\.$/, '');

/** Linear but for the last star, which alone is tried at each place. */
function fits(pattern: readonly string[], name: readonly string[]): boolean {
  let [at, star, resume] = [0, -1, 0];
  for (let index = 0; index < name.length; ) {
    if (pattern[at] === '*') {
      star = at++;
      resume = index;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[index])) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
