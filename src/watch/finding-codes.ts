/** What a finding of one code says to people. No severity: each is a breach of identity; what it is worth is policy's. */
export interface FindingCode {
  readonly meaning: string;
  readonly remedy: string;
}

const dropped =
  'Keep the container as it is if you may (its evidence is in the ledger), find how the file came in, and redeploy from the image.';
const wanted = 'If it is meant, build it into the image, so that it is signed, scanned and judged with it.';

/** The closed list. `docs/findings.md` says the same, and a test keeps the two equal. */
export const findingCodes = {
  'file-manifest-differs': {
    meaning: 'The signed file manifest does not name the files that the image holds as this host reads it.',
    remedy:
      'Identity is judged by the signed one. Seal the image again with this version of Holdfast; if they still differ, ask who signed it.',
  },
  'exec-not-in-image': {
    meaning: 'A program ran whose bytes the image does not hold: it was written into the container after it was made.',
    remedy: `${dropped} ${wanted}`,
  },
  'exec-modified': {
    meaning:
      "A program of the image ran with other bytes than the image's: it was replaced or changed in the container.",
    remedy: `${dropped} Updates belong into a new image.`,
  },
  'exec-from-volume': {
    meaning: 'A program ran from a mounted volume, with bytes that the image does not hold.',
    remedy: `See who writes the volume, and mount it noexec. ${wanted}`,
  },
  'exec-from-tmpfs': {
    meaning: 'A program ran from memory-backed storage (tmpfs, /dev/shm), with bytes that the image does not hold.',
    remedy: `${dropped} Mount tmpfs noexec.`,
  },
  'exec-from-memory': {
    meaning: 'A program ran from an anonymous memory file (memfd): it never was in any file system.',
    remedy:
      'Treat it as an intrusion unless you know the tool: hardly anything but container runtimes and loaders of malware does this.',
  },
  'exec-unlinked': {
    meaning: 'A program ran whose file had no name any more: it was made nameless, or deleted before or while it ran.',
    remedy: `${dropped} A package update inside the container also looks like this.`,
  },
  'exec-in-host-namespace': {
    meaning:
      "A process of the container started a program in the host's mount namespace: it is outside the container's file system.",
    remedy:
      'Treat it as an escape: isolate the host. A privileged tool that enters the host on purpose (nsenter) looks the same; run it elsewhere.',
  },
  'library-not-in-image': {
    meaning:
      'Executable code was mapped from a file that the image does not hold: a library, plugin or module dropped later.',
    remedy: `${dropped} ${wanted}`,
  },
  'library-modified': {
    meaning: "A library of the image was mapped with other bytes than the image's.",
    remedy: `${dropped} Updates belong into a new image.`,
  },
  'library-from-volume': {
    meaning: 'Executable code was mapped from a mounted volume, with bytes that the image does not hold.',
    remedy: `See who writes the volume, and mount it noexec. ${wanted}`,
  },
  'library-from-tmpfs': {
    meaning:
      'Executable code was mapped from memory-backed storage (tmpfs, /dev/shm), with bytes that the image does not hold.',
    remedy: `${dropped} Mount tmpfs noexec.`,
  },
  'library-from-memory': {
    meaning: 'Executable code was mapped from an anonymous memory file (memfd): it never was in any file system.',
    remedy:
      'Find out which program maps it. Some just-in-time compilers use a memfd for their code: name the program in an exception if it is one.',
  },
  'library-unlinked': {
    meaning: 'Executable code was mapped from a file that had no name any more.',
    remedy: `${dropped} A package update inside the container also looks like this.`,
  },
  'script-not-in-image': {
    meaning: 'An interpreter ran or loaded a file that the image does not hold.',
    remedy: `${dropped} ${wanted}`,
  },
  'script-modified': {
    meaning: "An interpreter ran or loaded a file of the image with other bytes than the image's.",
    remedy: `${dropped} Configuration that is code belongs into the image too.`,
  },
  'script-from-volume': {
    meaning: 'An interpreter ran or loaded a file from a mounted volume, with bytes that the image does not hold.',
    remedy: `See who writes the volume. ${wanted}`,
  },
  'script-from-tmpfs': {
    meaning: 'An interpreter ran or loaded a file from memory-backed storage, with bytes that the image does not hold.',
    remedy: dropped,
  },
  'script-from-memory': {
    meaning: 'An interpreter ran or loaded a file from an anonymous memory file (memfd).',
    remedy: 'Treat it as an intrusion unless you know the tool.',
  },
  'script-unlinked': {
    meaning: 'An interpreter ran or loaded a file that had no name any more.',
    remedy: dropped,
  },
} as const satisfies Readonly<Record<string, FindingCode>>;

export type FindingCodeName = keyof typeof findingCodes;

export function isFindingCode(name: string): name is FindingCodeName {
  return Object.hasOwn(findingCodes, name);
}
