import type { Socket } from 'node:dgram';
import type { Server } from 'node:net';
import { once } from '../../wait.js';

/** Binds both to one port of 127.0.0.1, as a nameserver is. A port that is free for one of them may be taken for the other. */
export async function onOnePort(tcp: Server, makeUdp: () => Socket): Promise<Socket> {
  for (;;) {
    const udp = makeUdp();
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    try {
      tcp.listen(udp.address().port, '127.0.0.1');
      await once(tcp, 'listening');
      return udp;
    } catch (error) {
      udp.close();
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}
