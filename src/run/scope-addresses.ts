import { readLocalAddresses } from '../isolation/machine/read-local-addresses.js';
import type { Scope } from '../isolation/scope.js';
import { AddressWatch } from '../isolation/veth/links/address-watch.js';
import { NetworkNamespace } from '../linux/namespace.js';
import type { NoPromise } from '../linux/no-promise.js';

type Place = Pick<Scope, 'inspect'>;

/** Addresses of a scope's namespace; loopback and link-local ones are left out. @throws {LinuxError} setns */
export const addressesOf = (scope: Place): string[] => within(scope, () => readLocalAddresses());

/** Reports those that come from now on. The namespace is held: the process that it was found by may end. @throws {LinuxError} */
export function followAddresses(scope: Place, take: (come: readonly string[]) => void): Disposable {
  const namespace = namespaceOf(scope);
  const read = () => inside(namespace, () => readLocalAddresses());
  try {
    const watch = inside(namespace, () => new AddressWatch(({ come }) => take(come), read));
    return {
      [Symbol.dispose]: () => {
        watch[Symbol.dispose]();
        namespace[Symbol.dispose]();
      },
    };
  } catch (error) {
    namespace[Symbol.dispose]();
    throw error;
  }
}

/** What `work` does in a scope's network namespace. @throws {LinuxError} setns: EPERM without CAP_SYS_ADMIN */
export function within<T>(scope: Place, work: () => NoPromise<T>): T {
  using namespace = namespaceOf(scope);
  return inside(namespace, work);
}

const namespaceOf = (scope: Place) => scope.inspect((process) => NetworkNamespace.open(`/proc/${process}/ns/net`));

function inside<T>(namespace: NetworkNamespace, work: () => NoPromise<T>): T {
  using own = NetworkNamespace.open();
  return namespace.identity === own.identity ? (work() as T) : namespace.inside(work);
}
