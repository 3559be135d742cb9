/** Milliseconds. */
export interface LoadFigures {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  /** How late the client itself began its requests. */
  readonly lateP99: number;
}

interface Load {
  readonly rate: number;
  readonly seconds: number;
}

export interface WebhookAsked extends Load {
  readonly kind: 'webhook';
  readonly port: number;
  readonly ca: string;
  readonly images: readonly string[];
  readonly connections: number;
}

export interface FsyncAsked extends Load {
  readonly kind: 'fsync';
  readonly file: string;
  readonly bytes: number;
}
