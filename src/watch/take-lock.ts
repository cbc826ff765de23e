import { createServer } from 'node:net';

/**
 * Takes a lock that the kernel gives back when this process ends, however it does: an abstract unix socket (unix(7)). It
 * holds within one network namespace.
 * @returns undefined when somebody has it
 */
export async function takeLock(name: string): Promise<Disposable | undefined> {
  const server = createServer((caller) => caller.destroy());
  // The lock is no reason to stay.
  server.unref();
  const taken = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen(`\0${name}`, () => resolve(true));
  });
  return taken ? { [Symbol.dispose]: () => void server.close() } : undefined;
}
