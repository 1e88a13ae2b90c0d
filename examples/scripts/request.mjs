// A script for `nodehost run`: serves itself one HTTP request and ends when nothing is left to do.
import { createServer } from 'node:http';
import { once } from 'node:events';

const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  const { node, v8 } = process.versions;
  response.end(JSON.stringify({ path: request.url, node, v8 }));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const { port } = server.address();
const response = await fetch(`http://127.0.0.1:${port}/hello`);
console.log(`status ${response.status}, body`, await response.json());
console.log(`script ${process.argv[1].split('/').at(-1)}, arguments`, process.argv.slice(2));

server.closeAllConnections();
server.close();
