export {
  type Capability,
  type CapabilityInfo,
  type CapabilityName,
  capabilities,
  isCapabilityName,
} from './capability.ts';
export { bootTime, type Clock, clockOf, rfc3339 } from './clock.ts';
export { FrameDecoder } from './decode.ts';
export type {
  BootTime,
  CapabilityEvent,
  CapabilityState,
  ConnectionEvent,
  ContainerEvent,
  ContainerKey,
  ContainerState,
  CountEvent,
  CountKind,
  ExecEvent,
  ExitEvent,
  FileHashEvent,
  FileVersion,
  Flags,
  ForkEvent,
  GapCause,
  GapEvent,
  HashStatus,
  Heartbeat,
  Hello,
  MappingEvent,
  OpenEvent,
  OpenKind,
  Place,
  ProcessRef,
  SensorEvent,
  StatsEvent,
  UndecodableEvent,
} from './events.ts';
export { locateSensor } from './locate.ts';
export type { SensorOptions } from './options.ts';
export { probeSensor, type SensorProbe } from './probe.ts';
export { type StartSensor, startSensor } from './process.ts';
