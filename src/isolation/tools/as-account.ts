/**
 * argv that makes what follows it an account's, and lets it die with its parent. Twice setpriv(1): the first keeps root's
 * rights until its exec, by which a command would be found where the account may not look; and a change of account
 * clears the signal of a parent's death, which therefore comes last.
 * @param identity setpriv options that choose the account; none: netmeter's own
 */
export function asAccount(setpriv: string, identity: readonly string[]): string[] {
  const become = identity.length > 0 ? [setpriv, ...identity, '--'] : [];
  return [...become, setpriv, '--pdeathsig', 'KILL', '--'];
}
