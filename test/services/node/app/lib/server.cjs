const fs = require('node:fs');
const https = require('node:https');
const path = require('node:path');

const tls = () => ({ cert: fs.readFileSync('/tls/tls.crt'), key: fs.readFileSync('/tls/tls.key') });
const logTo = () => fs.createWriteStream('/data/shop.log', { flags: 'a' });
let log = logTo();

const routes = {
  '/page': (url) => fs.promises.readFile(path.join('/app/public', path.normalize(`/${url.searchParams.get('name')}`))),
  '/cached': (url) => require('./cache.cjs').get(url.searchParams.get('key')),
  '/primes': (url) => require('./primes.cjs').count(Number(url.searchParams.get('limit'))),
  '/price': (url) => require('./price.cjs').ask(Number(url.searchParams.get('item'))),
  '/archive': () => require('./archive.cjs').make(),
  '/render': (url) => require('mini').render('<b>{{x}}</b>', { x: url.searchParams.get('x') }),
  '/time': (url) => new Date().toLocaleString(url.searchParams.get('locale'), { timeZone: url.searchParams.get('zone') }),
};

async function answer(request, response, body) {
  const url = new URL(request.url, 'https://shop');
  log.write(`${new Date().toISOString()} ${request.socket.remoteAddress} ${url.pathname}\n`);
  if (url.pathname === '/upload') {
    const temporary = await fs.promises.mkdtemp('/tmp/upload-');
    await fs.promises.writeFile(`${temporary}/part`, body);
    await fs.promises.rename(`${temporary}/part`, `/data/${path.basename(url.searchParams.get('name'))}`);
    await fs.promises.rm(temporary, { recursive: true });
    return 'kept';
  }
  // Left over from debugging: the hole that attacks come through.
  // oxlint-disable-next-line no-eval
  if (url.pathname === '/console') return String(await eval(body.toString()));
  return routes[url.pathname]?.(url);
}

exports.start = () => {
  const server = https.createServer(tls(), (request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', async () => {
      try {
        const text = await answer(request, response, Buffer.concat(parts));
        response.statusCode = text === undefined ? 404 : 200;
        response.end(text === undefined ? '' : Buffer.isBuffer(text) ? text : String(text));
      } catch (error) {
        response.statusCode = 500;
        response.end(String(error.stack));
      }
    });
  });
  process.on('message', () => {
    server.setSecureContext(tls());
    log.end();
    log = logTo();
  });
  server.listen(8443);
};
