import type { ExecEvent, MappingEvent } from '../sensor/index.ts';

const deleted = ' (deleted)';

/** Without the mark that the kernel puts behind the path of an unlinked file. */
export function withoutDeleted(path: string): string {
  return path.endsWith(deleted) ? path.slice(0, -deleted.length) : path;
}

/** Where an executed file lies in the container. On the root's overlay the path inside the file system is the container's. */
export function execPath(event: ExecEvent, opened: string | undefined): string {
  switch (event.file.place) {
    case 'lower':
    case 'upper':
      if (event.path.startsWith('/')) return withoutDeleted(event.path);
      break;
    case 'memfd':
      return withoutDeleted(event.path.startsWith('/') ? event.path.slice(1) : event.path);
    case 'host':
      return event.path;
    case 'tmpfs':
    case 'volume':
    case 'unknown':
      // Inside a volume's own file system the path starts at that file system's root, which the container does not see.
      break;
  }
  if (opened !== undefined) return withoutDeleted(opened);
  // Of a script, `filename` is the script, and `interpreter` what runs.
  const named = event.interpreter !== '' ? event.interpreter : event.filename;
  return named.startsWith('/') ? named : event.path;
}

export function mappingPath(event: MappingEvent): string {
  const path = withoutDeleted(event.path);
  return path.startsWith('/memfd:') ? path.slice(1) : path;
}

/** The loader that the kernel opens beside a dynamic program. */
export function isLoader(path: string): boolean {
  return /\/(ld|ld-[\w.-]+|ld64)\.so(\.\d+)*$|\/ld-(linux|musl)[\w.-]*\.so/.test(path);
}
