// Another service that one under test asks: answers that are as long as was asked for.
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';

/** On an address that this network gets for it. */
export async function upstream(address, port = 9000) {
  try {
    execFileSync('ip', ['addr', 'add', `${address}/32`, 'dev', 'lo'], { stdio: 'ignore' });
  } catch {
    // It has it.
  }
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const length = Number(new URL(request.url, 'http://upstream').searchParams.get('length') ?? 100);
      response.end('x'.repeat(length));
    });
  });
  await new Promise((resolve) => server.listen(port, address, resolve));
  return {
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
