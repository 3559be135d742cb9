import { randomBytes, randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { quantile } from '../statistics.ts';
import { answer, asked } from './child.ts';
import { type OpenLoop, openLoop } from './open-loop.ts';
import { podReview } from './review.ts';
import type { FsyncAsked, LoadFigures, WebhookAsked } from './webhook-load.ts';

function figures({ millis, lateMillis }: OpenLoop): LoadFigures {
  return {
    count: millis.length,
    p50: quantile(millis, 0.5),
    p99: quantile(millis, 0.99),
    worst: quantile(millis, 1),
    lateP99: quantile(lateMillis, 0.99),
  };
}

async function webhook({ port, ca, images, connections, rate, seconds }: WebhookAsked): Promise<void> {
  // As an API server: connections are kept. One that is free is there for each request.
  const agent = new Agent({ keepAlive: true, maxSockets: connections, ca });
  const post = (body: string): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const options = { host: '127.0.0.1', port, servername: 'localhost', agent, method: 'POST', headers };
    const sent = request({ ...options, path: '/validate?timeout=10s' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('error', reject).on('end', () => {
        if (/"allowed":true/.test(text)) resolve();
        else reject(new Error(text));
      });
    });
    sent.on('error', reject);
    sent.end(body);
    return promise;
  };
  const review = (at: number): string => {
    const image = (more: number): string => images[(at + more) % images.length] ?? '';
    return podReview(randomUUID(), [image(0), image(7)]);
  };
  await Promise.all(Array.from({ length: connections }, (_, at) => post(review(at))));
  const loop = await openLoop(rate, seconds, (at) => post(review(at)));
  agent.destroy();
  answer({ ...figures(loop), bodyBytes: review(0).length });
}

async function disk({ file, bytes, rate, seconds }: FsyncAsked): Promise<void> {
  const descriptor = openSync(file, 'w');
  const part = randomBytes(bytes);
  try {
    const loop = await openLoop(rate, seconds, () => {
      writeSync(descriptor, part);
      fsyncSync(descriptor);
    });
    answer(figures(loop));
  } finally {
    closeSync(descriptor);
    rmSync(file);
  }
}

const load = asked() as WebhookAsked | FsyncAsked;
await (load.kind === 'webhook' ? webhook(load) : disk(load));
