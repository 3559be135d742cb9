import { createHash } from 'node:crypto';
import type { Noteworthy } from './told.ts';

/** A CloudEvent 1.0 (CloudEvents specification 1.0.2) in the structured JSON format. */
export interface CloudEvent {
  readonly specversion: '1.0';
  /** The same for the same cause of the same workload at about the same time, whoever sends it how often. */
  readonly id: string;
  /** `urn:holdfast:host:MACHINE:BOOT`. */
  readonly source: string;
  readonly type: `dev.holdfast.${Noteworthy['type']}`;
  /** The workload with its container; absent where all of the host's are meant. */
  readonly subject?: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** Extension: how often the same was seen since it was told last. */
  readonly repeats?: number;
  /** Extension: how many events before this one were not delivered here. */
  readonly dropped?: number;
  readonly data: Noteworthy;
}

export interface About {
  /** `MACHINE:BOOT`. */
  readonly host: string;
  readonly workload: string | undefined;
  readonly cause: string;
  readonly repeats: number;
  /** Which stretch of time of the length of the window, counted since 1970. */
  readonly bucket: number;
}

export function cloudEvent(data: Noteworthy, { host, workload, cause, repeats, bucket }: About): CloudEvent {
  const key = JSON.stringify([host, workload ?? null, data.type, cause, bucket]);
  return {
    specversion: '1.0',
    id: createHash('sha256').update(key).digest('hex').slice(0, 32),
    source: `urn:holdfast:host:${host}`,
    type: `dev.holdfast.${data.type}`,
    ...(workload === undefined ? {} : { subject: workload }),
    time: data.time,
    datacontenttype: 'application/json',
    ...(repeats === 0 ? {} : { repeats }),
    data,
  };
}

/** What is kept of one that is too large, with `truncated: true` beside it. */
const mainFields: readonly string[] = ['type', 'term', 'id', 'time', 'container', 'image', 'code', 'word', 'cause'];

/**
 * As it is sent. What is longer than `bytes` loses all but the main fields of its data; who needs the rest finds it in
 * the store.
 */
export function eventText(event: CloudEvent, dropped: number, bytes: number): string {
  const whole = { ...event, ...(dropped === 0 ? {} : { dropped }) };
  const text = JSON.stringify(whole);
  if (Buffer.byteLength(text) <= bytes) return text;
  const kept = Object.entries(event.data)
    .filter(([name]) => mainFields.includes(name))
    .map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, 1024) : value]);
  return JSON.stringify({ ...whole, data: { ...(Object.fromEntries(kept) as object), truncated: true } });
}
