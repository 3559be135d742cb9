// What the web server stands before: answers that vary in length.
import { createServer } from 'node:http';

export function application(port = 9000, address = '127.0.0.1') {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const length = Number(new URL(request.url, 'http://application').searchParams.get('length') ?? 100);
      response.end('x'.repeat(length));
    });
  });
  return new Promise((resolve) => server.listen(port, address, () => resolve(server)));
}
