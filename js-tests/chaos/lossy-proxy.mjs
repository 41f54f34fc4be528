// A TCP proxy that now and then loses a single response: the server has run the command, and the connection breaks.

import { connect, createServer } from "node:net";
import { once } from "node:events";

/** `share` of the responses get lost, as `roll` says. `counts.lost` says how many. */
export async function lossyProxy(port, { share, roll, counts }) {
  const proxy = createServer((client) => {
    const server = connect(port, "127.0.0.1");
    const end = () => {
      client.destroy();
      server.destroy();
    };
    client.on("data", (piece) => server.write(piece));
    server.on("data", (piece) => {
      if (roll() >= share) return void client.write(piece);
      counts.lost = (counts.lost ?? 0) + 1;
      end();
    });
    for (const socket of [client, server]) socket.on("error", end).on("close", end);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return { port: proxy.address().port, close: () => proxy.close() };
}
