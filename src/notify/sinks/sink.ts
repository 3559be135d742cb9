/** What became of one attempt. Nothing in it may hold a secret of the sink's address: it is shown. */
export type Outcome =
  | { readonly kind: 'done' }
  /** To be tried again, not before `after` milliseconds where the receiver said so. */
  | { readonly kind: 'later'; readonly why: string; readonly after?: number }
  /** This event is not taken, however often it is sent. */
  | { readonly kind: 'never'; readonly why: string };

/** Where events go. */
export interface Sink {
  /** For people: an origin or a program, never credentials, path, query or arguments. */
  readonly name: string;
  /** Sends one event as JSON text, once. Never rejects. */
  send(text: string, signal: AbortSignal): Promise<Outcome>;
}
