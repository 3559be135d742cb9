import type { ContainerEvent } from '../model.ts';
import { type Difference, type Listed, refOf } from './compare.ts';
import type { Describer } from './describe.ts';
import type { Parsed } from './parse.ts';

/** What one of containerd's events has to tell, after asking what it leaves out. */
export async function interpret(parsed: Parsed, describer: Describer): Promise<readonly ContainerEvent[]> {
  switch (parsed.type) {
    case 'container-created': {
      const { namespace, id, image, time } = parsed;
      const container = await describer.created({ namespace, id }, image, time);
      return [{ type: 'container', time, container, listed: false }];
    }
    case 'container-updated': {
      const { namespace, id } = parsed;
      const record = await describer.record({ namespace, id });
      if (record === undefined) return [];
      const container = await describer.listed(namespace, record, undefined);
      return [{ type: 'container', time: new Date().toISOString(), container, listed: false }];
    }
    case 'removed': {
      const { namespace, id, time } = parsed;
      return [{ type: 'removed', ref: { namespace, id }, time, missed: false }];
    }
    case 'task':
      return [parsed.event];
    case 'image':
      describer.forgetImage(parsed.event.namespace, parsed.event.name);
      return [parsed.event];
    default:
      return parsed satisfies never;
  }
}

/** What the differences between the lists and what was told have to tell. */
export async function tell(
  differences: readonly Difference[],
  describer: Describer,
  time: string,
): Promise<readonly ContainerEvent[]> {
  const events: ContainerEvent[] = [];
  const container = async ({ namespace, record, pid }: Listed) => {
    const described = await describer.listed(namespace, record, pid);
    events.push({ type: 'container', time, container: described, listed: true });
  };
  for (const one of differences) {
    switch (one.type) {
      case 'appeared':
      case 'completed':
        await container(one.listed);
        break;
      case 'vanished':
        events.push({ type: 'removed', ref: refOf(one.held.container), time, missed: true });
        break;
      case 'started':
      case 'exited':
        events.push({ type: one.type, ref: one.ref, pid: one.pid, time, missed: true });
        break;
    }
  }
  return events;
}
