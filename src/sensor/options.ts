/** Policy that the sensor is given; it decides nothing itself. Absent = the sensor's own default. */
export interface SensorOptions {
  readonly hashMaxBytes?: number;
  readonly hashMaxMillis?: number;
  /** Opened files with these endings are hashed, such as `.py`. */
  readonly hashSuffixes?: readonly string[];
  /** Runtime binaries whose start waits for the marks; empty = none. */
  readonly guards?: readonly string[];
  readonly maxContainers?: number;
  readonly countIntervalSeconds?: number;
  readonly cgroup2?: string;
}

export function sensorArguments(options: SensorOptions): readonly string[] {
  const list: string[] = [];
  const number = (name: string, value: number | undefined): void => {
    if (value !== undefined) list.push(name, String(value));
  };
  number('--hash-max-bytes', options.hashMaxBytes);
  number('--hash-max-millis', options.hashMaxMillis);
  if (options.hashSuffixes !== undefined) list.push('--hash-suffix', options.hashSuffixes.join(','));
  if (options.guards !== undefined) {
    if (options.guards.length === 0) list.push('--no-guard');
    for (const guard of options.guards) list.push('--guard', guard);
  }
  number('--max-containers', options.maxContainers);
  number('--count-interval', options.countIntervalSeconds);
  if (options.cgroup2 !== undefined) list.push('--cgroup2', options.cgroup2);
  return list;
}
