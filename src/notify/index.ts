export type { CloudEvent } from './cloud-event.ts';
export type { Notice, NoticeCode } from './delivery.ts';
export { notifyLimits } from './limits.ts';
export { type Notifier, type NotifierOptions, openNotifier } from './notifier.ts';
export { openSink } from './sinks/open.ts';
export type { Outcome, Sink } from './sinks/sink.ts';
export type { Told, VerdictTold } from './told.ts';
