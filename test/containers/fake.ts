import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';

export type Answer = Uint8Array | { readonly error: status } | 'hang';

/** What a server that is not to be trusted answers, by method path; a method that is not named is not implemented. */
export interface Script {
  readonly unary?: Readonly<Record<string, (request: Uint8Array) => Answer>>;
  /** Messages of a stream, sent one after the other; then it ends, or hangs. */
  readonly streams?: Readonly<Record<string, (request: Uint8Array) => readonly Answer[]>>;
}

/** A gRPC server on a unix socket that plays a lying or broken containerd. For wrong answers only: right ones are real. */
export async function startFake(script: Script): Promise<AsyncDisposable & { readonly socket: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-fake-'));
  const socket = join(directory, 's');
  const server = new Server({ 'grpc.max_send_message_length': -1 });
  for (const [path, answer] of Object.entries(script.unary ?? {})) {
    const handler = (call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Uint8Array>) => {
      const given = answer(call.request);
      if (given === 'hang') return;
      if (given instanceof Uint8Array) reply(null, given);
      else reply({ code: given.error, details: 'as the test wants' });
    };
    server.addService({ method: method(path, false) }, { method: handler });
  }
  for (const [path, answers] of Object.entries(script.streams ?? {})) {
    const handler = (call: ServerWritableStream<Buffer, Uint8Array>) => {
      for (const given of answers(call.request)) {
        if (given === 'hang') return;
        if (given instanceof Uint8Array) call.write(given);
        else {
          call.destroy(Object.assign(new Error('as the test wants'), { code: given.error }));
          return;
        }
      }
      call.end();
    };
    server.addService({ method: method(path, true) }, { method: handler });
  }
  await new Promise<void>((done, fail) => {
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? done() : fail(error),
    );
  });
  return {
    socket,
    async [Symbol.asyncDispose]() {
      server.forceShutdown();
      await Promise.resolve(rmSync(directory, { recursive: true, force: true }));
    },
  };
}

function method(path: string, responseStream: boolean) {
  return {
    path,
    requestStream: false,
    responseStream,
    requestSerialize: plain,
    requestDeserialize: plain,
    responseSerialize: plain,
    responseDeserialize: plain,
  };
}

function plain(value: Uint8Array): Buffer {
  return Buffer.from(value);
}

export { status };
