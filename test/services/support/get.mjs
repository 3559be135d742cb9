// One request; whatever is answered.
import { ask } from './web.mjs';

const [url, host] = process.argv.slice(2);
const { status } = await ask(url, { headers: host === undefined ? {} : { host } });
process.stdout.write(`${status}\n`);
