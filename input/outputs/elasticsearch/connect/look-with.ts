// Two connections as one: documents go over that whose key may create them, and everything that looks over that whose key
// may read. A replay delivers what was delivered before, so that it has to look also where collecting cannot.

import type { Connection } from './connection.ts';

export function lookWith(delivering: Connection, reading: Connection): Connection {
  return {
    address: delivering.address,
    send: (request, signal, accept) =>
      (request.name === 'bulk' ? delivering : reading).send(request, signal, accept),
    close: async () => {
      await delivering.close();
      await reading.close();
    },
  };
}
