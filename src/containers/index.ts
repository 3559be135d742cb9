export type { Container, ContainerEvent, ContainerRef, Pod, RunningImage, TaskEvent, Unreadable } from './model.ts';
