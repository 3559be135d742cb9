import { HoldfastError } from '../../errors/index.ts';
import type { Notifier } from '../../notify/index.ts';
import type { WatchEvent } from '../../watch/index.ts';
import { version } from '../version.ts';

/**
 * Who is told beside the screen; undefined: nobody. The code comes only where somebody is.
 * @param host `MACHINE:BOOT`
 * @throws HoldfastError `usage`
 */
export async function notifierOf(
  targets: readonly string[] | undefined,
  host: string,
  show: (event: WatchEvent) => void,
): Promise<Notifier | undefined> {
  if (targets === undefined) return undefined;
  const { notifyLimits, openNotifier, openSink } = await import('../../notify/index.ts');
  if (targets.length > notifyLimits.sinks)
    throw new HoldfastError('usage', `--notify more than ${notifyLimits.sinks} times`);
  const sinks = targets.map((text) => openSink(text, `holdfast/${version()}`));
  return openNotifier({
    sinks,
    host,
    notice: (code, message) => show({ type: 'notice', time: new Date().toISOString(), code, message }),
  });
}
