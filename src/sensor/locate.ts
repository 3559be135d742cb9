import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HoldfastError } from '../errors/index.ts';

/**
 * Where the sensor program lies: HOLDFAST_SENSOR, else beside the package, else where packages install it.
 *
 * @throws HoldfastError `sensor-missing`
 */
export function locateSensor(environment: NodeJS.ProcessEnv): string {
  const named = environment['HOLDFAST_SENSOR'];
  const places =
    named === undefined || named === ''
      ? [
          fileURLToPath(new URL('../../sensor/build/holdfast-sensor', import.meta.url)),
          '/usr/libexec/holdfast/holdfast-sensor',
        ]
      : [named];
  for (const place of places) {
    try {
      accessSync(place, constants.X_OK);
      return place;
    } catch {
      // The next place.
    }
  }
  throw new HoldfastError('sensor-missing', `no sensor program at ${places.join(' or ')}`);
}
