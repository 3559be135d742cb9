export type { Container, ContainerRef, Pod, RunningImage } from './model.ts';
