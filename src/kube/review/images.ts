import { type Fields, fault, isFields, listAt, member, objectAt, optionalObject, optionalText } from './fields.ts';

const lists = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** One place of an object that names an image. */
export interface ImageUse {
  readonly list: (typeof lists)[number] | 'volumes';
  /** Of the container or volume. */
  readonly name: string;
  readonly image: string;
  /** For people: `spec.containers[0].image`. */
  readonly place: string;
  /** RFC 6901, from the object. */
  readonly pointer: string;
}

/** More than any object of etcd's size with honest containers has. */
const mostUses = 256;
const longestImage = 1024;

/**
 * Every image that a pod made from this would run or mount: init containers (sidecars are such with restartPolicy Always),
 * containers, ephemeral containers, image volumes. None is left out in silence: a list, container or volume that does not
 * have its shape is a fault, and so is a container without an image.
 * @param path member names from the object to the pod specification
 * @throws ReviewFault
 */
export function imagesOf(object: Fields, path: readonly string[]): readonly ImageUse[] {
  let spec = object;
  let place = '';
  for (const step of path) {
    spec = objectAt(spec, step, place);
    place = place === '' ? step : `${place}.${step}`;
  }
  const pointer = `/${path.join('/')}`;
  const uses = [
    ...lists.flatMap((list) => containersOf(spec, list, place, pointer)),
    ...volumesOf(spec, place, pointer),
  ];
  if (!uses.some(({ list }) => list === 'containers')) throw fault(`${place}.containers`, 'no container');
  if (uses.length > mostUses) throw fault(place, `${uses.length} images, more than ${mostUses}`);
  return uses;
}

function containersOf(spec: Fields, list: (typeof lists)[number], place: string, pointer: string): readonly ImageUse[] {
  return listAt(spec, list, place).map((container, index) => ({
    list,
    name: optionalText(container, 'name', `${place}.${list}[${index}]`) ?? '',
    image: imageIn(container, 'image', `${place}.${list}[${index}]`),
    place: `${place}.${list}[${index}].image`,
    pointer: `${pointer}/${list}/${index}/image`,
  }));
}

/** `volumes[].image.reference` (Kubernetes 1.31, KEP 4639). */
function volumesOf(spec: Fields, place: string, pointer: string): readonly ImageUse[] {
  return listAt(spec, 'volumes', place).flatMap((volume, index): readonly ImageUse[] => {
    const at = `${place}.volumes[${index}]`;
    const image = optionalObject(volume, 'image', at);
    if (image === undefined) return [];
    return [
      {
        list: 'volumes',
        name: optionalText(volume, 'name', at) ?? '',
        image: imageIn(image, 'reference', `${at}.image`),
        place: `${at}.image.reference`,
        pointer: `${pointer}/volumes/${index}/image/reference`,
      },
    ];
  });
}

function imageIn(fields: Fields, key: string, place: string): string {
  const image = optionalText(fields, key, place) ?? '';
  if (image === '') throw fault(`${place}.${key}`, 'no image');
  if (image.length > longestImage) throw fault(`${place}.${key}`, `longer than ${longestImage}`);
  return image;
}

/**
 * Those that are not in the object as it was: the same image for the same container or volume. What is there already was
 * judged when it came, and saying no to it now would only keep its labels, finalizers or status from being written.
 */
export function changedImages(uses: readonly ImageUse[], before: readonly ImageUse[]): readonly ImageUse[] {
  const keyOf = ({ list, name, image }: ImageUse): string => JSON.stringify([list, name, image]);
  const old = new Set(before.map(keyOf));
  return uses.filter((use) => !old.has(keyOf(use)));
}

/** What the kubelet shows of a pod that stands in a file of the node (`kubernetes.io/config.mirror`). */
export function isMirrorPod(object: Fields): boolean {
  const metadata = member(object, 'metadata');
  const annotations = isFields(metadata) ? member(metadata, 'annotations') : undefined;
  return isFields(annotations) && member(annotations, 'kubernetes.io/config.mirror') !== undefined;
}
