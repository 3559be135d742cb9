import { type Envelope, eventTypes } from '../api/messages.ts';
import { malformed } from '../api/wire.ts';
import type { ContainerEvent, TaskEvent } from '../model.ts';

/** What one of containerd's events means to us, before anything was asked about it. */
export type Parsed =
  | {
      readonly type: 'container-created';
      readonly namespace: string;
      readonly id: string;
      readonly image: string;
      readonly time: string;
    }
  | { readonly type: 'container-updated'; readonly namespace: string; readonly id: string }
  | { readonly type: 'removed'; readonly namespace: string; readonly id: string; readonly time: string }
  | { readonly type: 'task'; readonly event: TaskEvent }
  | { readonly type: 'image'; readonly event: ContainerEvent & { readonly type: 'image' } };

/** The topics asked for; containerd filters on its side. */
export const topics = [
  'topic~="^/containers/"',
  'topic=="/tasks/create"',
  'topic=="/tasks/start"',
  'topic=="/tasks/exit"',
  'topic=="/tasks/exec-started"',
  'topic=="/tasks/oom"',
  'topic~="^/images/"',
];

/**
 * Undefined = an event of no interest. The payload's type decides, by the last part of its name: type URLs have had
 * several prefixes (`containerd.events.TaskExit`, `type.googleapis.com/containerd.events.TaskExit`).
 * @throws HoldfastError `containerd-malformed`
 */
export function parseEnvelope({ timestamp, namespace, event }: Envelope): Parsed | undefined {
  const name = event?.typeUrl.split(/[./]/).at(-1) ?? '';
  if (event === undefined || !isEventType(name)) return undefined;
  if (namespace === '' || timestamp === '') throw malformed(`event ${name} without namespace or time`);
  const time = timestamp;
  const payload = event.value;
  const step = (id: string) => {
    if (id === '') throw malformed(`event ${name} without a container`);
    return { ref: { namespace, id }, time, missed: false } as const;
  };
  const image = (change: 'created' | 'updated' | 'deleted'): Parsed => {
    const of = eventTypes.ImageCreate.decode(payload).name;
    return { type: 'image', event: { type: 'image', time, namespace, name: of, change } };
  };
  switch (name) {
    case 'ContainerCreate': {
      const { id, image: named } = eventTypes[name].decode(payload);
      return { type: 'container-created', ...step(id).ref, image: named, time };
    }
    case 'ContainerUpdate':
      return { type: 'container-updated', ...step(eventTypes[name].decode(payload).id).ref };
    case 'ContainerDelete':
      return { type: 'removed', ...step(eventTypes[name].decode(payload).id).ref, time };
    case 'TaskCreate': {
      const { containerId, bundle, pid } = eventTypes[name].decode(payload);
      return task({ type: 'task-created', ...step(containerId), bundle, pid });
    }
    case 'TaskStart': {
      const { containerId, pid } = eventTypes[name].decode(payload);
      return task({ type: 'started', ...step(containerId), pid });
    }
    case 'TaskExit': {
      const { containerId, id, pid, exitStatus: code } = eventTypes[name].decode(payload);
      // An exec's id is its own; that of the first process is the container's.
      if (id === '' || id === containerId) return task({ type: 'exited', ...step(containerId), pid, code });
      return task({ type: 'exec-exited', ...step(containerId), execId: id, pid, code });
    }
    case 'TaskExecStarted': {
      const { containerId, execId, pid } = eventTypes[name].decode(payload);
      return task({ type: 'exec-started', ...step(containerId), execId, pid });
    }
    case 'TaskOOM':
      return task({ type: 'oom', ...step(eventTypes[name].decode(payload).containerId) });
    case 'ImageCreate':
      return image('created');
    case 'ImageUpdate':
      return image('updated');
    case 'ImageDelete':
      return image('deleted');
    default:
      return name satisfies never;
  }
}

function task(event: TaskEvent): Parsed {
  return { type: 'task', event };
}

function isEventType(name: string): name is keyof typeof eventTypes {
  return Object.hasOwn(eventTypes, name);
}
