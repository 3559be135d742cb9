import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

// What deploy/systemd does, without systemd: an agent without any capability, and a sensor with those of its file.
export const root = resolve(import.meta.dirname, '../..');
export const bin = join(root, 'bin/holdfast');
export const nobody = 65534;

const unit = readFileSync(join(root, 'deploy/systemd/holdfast-watch.service'), 'utf8');

/** The capabilities that the unit allows, as setcap(8) names them. */
export const bounding: readonly string[] = (/^CapabilityBoundingSet=(.+)$/m.exec(unit)?.[1] ?? '')
  .toLowerCase()
  .split(' ');

const allowed = ['-all', ...bounding.map((name) => `+${name.slice('cap_'.length)}`)].join(',');

/** Command line before another: user nobody, nothing held, and no more to be had than the unit allows. */
export const asNobody: readonly string[] = [
  'setpriv',
  `--reuid=${nobody}`,
  `--regid=${nobody}`,
  '--clear-groups',
  `--bounding-set=${allowed}`,
  '--inh-caps=-all',
];

/** A copy of the sensor at `file` with these capabilities. */
export function installSensor(file: string, capabilities: readonly string[]): string {
  copyFileSync(join(root, 'sensor/build/holdfast-sensor'), file);
  chmodSync(file, 0o755);
  if (capabilities.length > 0) execFileSync('setcap', [`${capabilities.join(',')}=ep`, file]);
  return file;
}
