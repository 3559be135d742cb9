// The body on standard input or the second argument, to a hole in a service; the answer is printed.
import { ask } from './web.mjs';

const [url, body] = process.argv.slice(2);
const { status, body: answer } = await ask(url, { method: 'POST', body, headers: { 'content-type': 'text/plain' } });
process.stdout.write(`${status} ${answer.toString().slice(0, 1000)}\n`);
