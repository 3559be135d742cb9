import type { Method } from './connection.ts';
import * as m from './messages.ts';
import type { Message } from './schema.ts';

/** The calls Holdfast makes: all but one only read. */

const service = (name: string) => {
  return <Q, A>(method: string, request: Message<Q>, answer: Message<A>): Method<Q, A> => ({
    path: `/containerd.services.${name}/${method}`,
    request,
    answer,
  });
};

const containersService = service('containers.v1.Containers');
export const getContainer = containersService('Get', m.idRequest, m.containerAnswer);
/** A container with its specification: asked for only where it is to be changed. */
export const getContainerSpec = containersService('Get', m.idRequest, m.containerSpecAnswer);
/** The one that changes something: a container that was made to be exercised, before it starts. */
export const updateContainerSpec = containersService('Update', m.updateSpecRequest, m.containerSpecAnswer);
export const streamContainers = containersService('ListStream', m.filtersRequest, m.containerAnswer);

const tasksService = service('tasks.v1.Tasks');
export const getTask = tasksService('Get', m.taskRequest, m.taskAnswer);
export const listTasks = tasksService('List', m.filterRequest, m.tasksAnswer);

export const listNamespaces = service('namespaces.v1.Namespaces')('List', m.filterRequest, m.namespacesAnswer);

const imagesService = service('images.v1.Images');
export const getImage = imagesService('Get', m.nameRequest, m.imageAnswer);
export const listImages = imagesService('List', m.filtersRequest, m.imagesAnswer);

const contentService = service('content.v1.Content');
export const contentInfo = contentService('Info', m.digestRequest, m.infoAnswer);
export const listContent = contentService('List', m.filtersRequest, m.contentListAnswer);
export const readContent = contentService('Read', m.digestRequest, m.readAnswer);

export const statSnapshot = service('snapshots.v1.Snapshots')('Stat', m.snapshotRequest, m.snapshotAnswer);

export const subscribe = service('events.v1.Events')('Subscribe', m.filtersRequest, m.envelope);

export const version = service('version.v1.Version')('Version', m.filterRequest, m.versionAnswer);
