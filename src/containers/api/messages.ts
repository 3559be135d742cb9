import { bytes, count, type Decoded, map, message, messages, nested, string, strings, timestamp } from './schema.ts';

/**
 * The part of containerd's published API that Holdfast reads, field numbers as in github.com/containerd/containerd/api
 * (the same in 1.4 to 2.x). Fields not named here are skipped.
 */

export const any = message({ typeUrl: string(1), value: bytes(2) });
/** Of the lists that take one; also sent, empty, where containerd takes google.protobuf.Empty. */
export const filterRequest = message({ filter: string(1) });
export const idRequest = message({ id: string(1) });
export const nameRequest = message({ name: string(1) });

/** containerd.services.containers.v1 */
export const containerRecord = message({
  id: string(1),
  labels: map(2),
  image: string(3),
  spec: nested(5, any),
  snapshotter: string(6),
  snapshotKey: string(7),
  createdAt: timestamp(8),
});
export type ContainerRecord = Decoded<typeof containerRecord>;
export const containerAnswer = message({ container: nested(1, containerRecord) });
const containerSpec = message({ id: string(1), spec: nested(5, any) });
export const containerSpecAnswer = message({ container: nested(1, containerSpec) });
export const updateSpecRequest = message({
  container: nested(1, containerSpec),
  updateMask: nested(2, message({ paths: strings(1) })),
});

/** containerd.services.tasks.v1, containerd.v1.types */
export const taskRecord = message({ containerId: string(1), id: string(2), pid: count(3), status: count(4) });
export type TaskRecord = Decoded<typeof taskRecord>;
export const tasksAnswer = message({ tasks: messages(1, taskRecord) });
export const taskRequest = message({ containerId: string(1) });
export const taskAnswer = message({ process: nested(1, taskRecord) });
/** containerd.v1.types.Status: CREATED, RUNNING, PAUSED, PAUSING: its first process is there. */
export const livingStatuses: readonly number[] = [1, 2, 4, 5];

/** containerd.services.namespaces.v1 */
export const namespacesAnswer = message({ namespaces: messages(1, message({ name: string(1) })) });

/** containerd.types.Descriptor and containerd.services.images.v1 */
export const descriptor = message({ mediaType: string(1), digest: string(2), size: count(3) });
export type TargetDescriptor = Decoded<typeof descriptor>;
export const imageRecord = message({ name: string(1), target: nested(3, descriptor) });
export type ImageRecord = Decoded<typeof imageRecord>;
export const imageAnswer = message({ image: nested(1, imageRecord) });
export const imagesAnswer = message({ images: messages(1, imageRecord) });
export const filtersRequest = message({ filters: strings(1) });

/** containerd.services.content.v1 */
export const digestRequest = message({ digest: string(1) });
export const contentInfo = message({ digest: string(1), size: count(2), labels: map(5) });
export const infoAnswer = message({ info: nested(1, contentInfo) });
export const contentListAnswer = message({ info: messages(1, contentInfo) });
export const readAnswer = message({ offset: count(1), data: bytes(2) });

/** containerd.services.snapshots.v1 */
export const snapshotRequest = message({ snapshotter: string(1), key: string(2) });
export const snapshotAnswer = message({ info: nested(1, message({ name: string(1), parent: string(2) })) });

/** containerd.services.version.v1 */
export const versionAnswer = message({ version: string(1), revision: string(2) });

/** containerd.services.events.v1, in 2.x containerd.types: the same numbers */
export const envelope = message({
  timestamp: timestamp(1),
  namespace: string(2),
  topic: string(3),
  event: nested(4, any),
});
export type Envelope = Decoded<typeof envelope>;

/** containerd.events; the images' have lived in two packages, so a type is known by the last part of its name. */
export const eventTypes = {
  ContainerCreate: message({ id: string(1), image: string(2) }),
  ContainerUpdate: message({ id: string(1), image: string(2) }),
  ContainerDelete: idRequest,
  TaskCreate: message({ containerId: string(1), bundle: string(2), pid: count(6) }),
  TaskStart: message({ containerId: string(1), pid: count(2) }),
  TaskExit: message({
    containerId: string(1),
    id: string(2),
    pid: count(3),
    exitStatus: count(4),
    exitedAt: timestamp(5),
  }),
  TaskExecStarted: message({ containerId: string(1), execId: string(2), pid: count(3) }),
  TaskOOM: taskRequest,
  ImageCreate: nameRequest,
  ImageUpdate: nameRequest,
  ImageDelete: nameRequest,
};
