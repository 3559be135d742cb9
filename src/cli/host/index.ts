export { type Base, baseOf, type Check } from './check.ts';
export { containerdCheck } from './containerd.ts';
export { kernelChecks, type ReadText } from './kernel.ts';
export { sensorChecks } from './sensor.ts';
export { storeCheck } from './store.ts';
