import { Client, type ClientReadableStream, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { HoldfastError } from '../../errors/index.ts';
import type { Message } from './schema.ts';

export interface CallOptions {
  readonly namespace?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds until the call (of a stream: until it ends) counts as unanswered; default 10 s. */
  readonly timeout?: number;
}

/** One connection to containerd: calls by method path, every one with a deadline, every failure typed. */
export interface Connection {
  readonly socket: string;
  /** @throws HoldfastError `containerd-unreachable`, `containerd-refused`, `containerd-malformed`; the signal's reason */
  call<Q, A>(method: Method<Q, A>, request: Partial<Q>, options?: CallOptions): Promise<A>;
  /** As `call`, but undefined where containerd says NOT_FOUND. */
  find<Q, A>(method: Method<Q, A>, request: Partial<Q>, options?: CallOptions): Promise<A | undefined>;
  /** A stream of answers with back-pressure. Without `timeout` it has no deadline: give a signal. Throws as `call`. */
  stream<Q, A>(method: Method<Q, A>, request: Partial<Q>, options?: CallOptions): AsyncIterable<A>;
  close(): void;
}

export interface Method<Q, A> {
  /** `/package.Service/Method` */
  readonly path: string;
  readonly request: Message<Q>;
  readonly answer: Message<A>;
}

const defaultTimeout = 10_000;
/** containerd's own bound of a message. */
const maxMessage = 16 << 20;

/** Opens nothing yet: the first call does. `socket` is a path. */
export function connect(socket: string): Connection {
  const client = new Client(`unix:${socket}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': maxMessage,
    'grpc.use_local_subchannel_pool': 1, // A new connection must not wait out the back-off of an older one.
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1000,
    'grpc.enable_retries': 0,
    'grpc.enable_channelz': 0,
  });

  async function call<Q, A>(method: Method<Q, A>, request: Partial<Q>, options: CallOptions = {}): Promise<A> {
    const answering = new Promise<Uint8Array>((resolve, reject) => {
      options.signal?.throwIfAborted();
      const ongoing = client.makeUnaryRequest<Uint8Array, Buffer>(
        method.path,
        asBuffer,
        (answer) => answer,
        method.request.encode(request),
        metadata(options),
        { deadline: Date.now() + (options.timeout ?? defaultTimeout) },
        (error, answer) => {
          options.signal?.removeEventListener('abort', cancel);
          if (error === null) resolve(answer ?? Buffer.alloc(0));
          else reject(failure(error, method, socket, options.signal));
        },
      );
      const cancel = () => ongoing.cancel();
      options.signal?.addEventListener('abort', cancel, { once: true });
    });
    return method.answer.decode(await answering);
  }

  async function* stream<Q, A>(
    method: Method<Q, A>,
    request: Partial<Q>,
    options: CallOptions = {},
  ): AsyncGenerator<A> {
    options.signal?.throwIfAborted();
    const ongoing: ClientReadableStream<Buffer> = client.makeServerStreamRequest<Uint8Array, Buffer>(
      method.path,
      asBuffer,
      (answer) => answer,
      method.request.encode(request),
      metadata(options),
      options.timeout === undefined ? {} : { deadline: Date.now() + options.timeout },
    );
    const cancel = () => ongoing.cancel();
    options.signal?.addEventListener('abort', cancel, { once: true });
    try {
      for await (const answer of ongoing) yield method.answer.decode(answer as Buffer);
    } catch (error) {
      throw isServiceError(error) ? failure(error, method, socket, options.signal) : error;
    } finally {
      options.signal?.removeEventListener('abort', cancel);
      // A caller that stops early leaves the stream cancelled, which it then reports as an error to nobody.
      ongoing.on('error', () => {});
      ongoing.cancel();
    }
  }

  return {
    socket,
    call,
    stream,
    async find(method, request, options) {
      try {
        return await call(method, request, options);
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    close: () => client.close(),
  };
}

function asBuffer(request: Uint8Array): Buffer {
  return Buffer.from(request.buffer, request.byteOffset, request.length);
}

/** containerd said NOT_FOUND. */
export function isNotFound(error: unknown): boolean {
  return error instanceof HoldfastError && isServiceError(error.cause) && error.cause.code === status.NOT_FOUND;
}

function metadata(options: CallOptions): Metadata {
  const result = new Metadata();
  if (options.namespace !== undefined) result.set('containerd-namespace', options.namespace);
  return result;
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && typeof (error as Partial<ServiceError>).code === 'number' && 'details' in error;
}

function failure(
  error: ServiceError,
  method: { readonly path: string },
  socket: string,
  signal: AbortSignal | undefined,
): Error {
  if (signal?.aborted === true) return signal.reason as Error;
  const options = { place: `${socket} ${method.path}`, cause: error };
  const details = error.details.slice(0, 500);
  switch (error.code) {
    case status.UNAVAILABLE:
    case status.CANCELLED:
      return new HoldfastError('containerd-unreachable', `containerd is not there: ${details}`, options);
    case status.DEADLINE_EXCEEDED:
      return new HoldfastError('containerd-unreachable', 'containerd did not answer in time', options);
    case status.RESOURCE_EXHAUSTED:
    case status.INTERNAL:
      // grpc-js says so of broken framing and of messages over the bound; containerd itself never does.
      return new HoldfastError('containerd-malformed', `containerd's answer can't be read: ${details}`, options);
    default:
      return new HoldfastError('containerd-refused', `containerd refused: ${details}`, options);
  }
}
