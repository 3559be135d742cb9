// A small HTTP client for the loads: one request, whole answer; the certificate's issuer is nobody.
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';

/** @returns {Promise<{status: number, headers: object, body: Buffer}>} */
export function ask(url, { method = 'GET', headers = {}, body, from } = {}) {
  const open = url.startsWith('https:') ? secure : plain;
  const options = { method, headers, localAddress: from, rejectUnauthorized: false, agent: false, timeout: 20_000 };
  return new Promise((resolve, reject) => {
    const asked = open(url, options, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () =>
        resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }),
      );
    });
    asked.on('error', reject);
    asked.on('timeout', () => asked.destroy(new Error(`no answer from ${url}`)));
    asked.end(body);
  });
}

/** @throws when the answer has another status */
export async function expect(status, url, options) {
  const answer = await ask(url, options);
  if (answer.status !== status)
    throw new Error(`${options?.method ?? 'GET'} ${url}: ${answer.status}, not ${status}: ${answer.body.subarray(0, 500)}`);
  return answer;
}
