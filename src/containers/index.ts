export { type CallOptions, type Connection, connect } from './api/connection.ts';
export { contentStore } from './content.ts';
export { describeLabels, hostWorkload } from './cri.ts';
export { defaultSocket, openContainerd } from './image/open.ts';
export { type ResolvedImage, type ResolveOptions, resolveImage } from './image/resolve.ts';
export type { Container, ContainerEvent, ContainerRef, Pod, RunningImage, TaskEvent, Unreadable } from './model.ts';
export { editSpec, type SpecOptions } from './spec.ts';
export { type WatchOptions, watchContainers } from './watch.ts';
