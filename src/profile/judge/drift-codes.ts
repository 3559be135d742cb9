interface DriftCodeEntry {
  readonly meaning: string;
  readonly remedy: string;
}

/** In which ways something can lie outside a profile: a closed list, in docs/profile.md. */
export const driftCodes = {
  'process-not-in-profile': {
    meaning: 'A program ran that the profile does not have.',
    remedy:
      'See who started it. If it belongs to the service, record again or sign the amendment; else replace the container.',
  },
  'process-other-bytes': {
    meaning: 'A program of the profile ran with other bytes, or with bytes that could not be told.',
    remedy: 'Compare the file with the image; replace the container if nobody changed it on purpose.',
  },
  'process-other-parent': {
    meaning: 'A program of the profile was started by another program than it was recorded with.',
    remedy: 'Read the chain of parents: a shell or a service that starts it for the first time is how intruders act.',
  },
  'process-other-user': {
    meaning: 'A program of the profile ran as another user.',
    remedy: 'Check runAsUser and setuid files; record with the user it is deployed with.',
  },
  'process-more-capabilities': {
    meaning: 'A program of the profile ran with capabilities it was not recorded with.',
    remedy: 'Check privileged, capabilities.add and setuid files; record with those it is deployed with.',
  },
  'process-other-arguments': {
    meaning: 'A program of the profile ran with other arguments.',
    remedy: 'Read them. If they are data of the service, record more runs or sign the amendment.',
  },
  'file-not-in-profile': {
    meaning: 'A file was used that no entry of the profile is about.',
    remedy: 'See by whom. Secrets, accounts and other services’ files are what intruders read first.',
  },
  'file-written': {
    meaning: 'A file was written that the profile allows to be read, or run, only.',
    remedy: 'See by whom and what; a read-only root file system would have refused it.',
  },
  'file-executed': {
    meaning: 'A file was used as code that the profile allows as data only.',
    remedy: 'See which program loaded it; libraries and modules do not come from data directories.',
  },
  'file-other-bytes': {
    meaning: 'A file of the profile was used with other bytes than the image’s or the recorded ones.',
    remedy: 'Compare the file with the image; replace the container if nobody changed it on purpose.',
  },
  'connection-not-in-profile': {
    meaning: 'A connection was made with a protocol and port to which the profile knows none.',
    remedy: 'See by whom. If it belongs to the service, record again or sign the amendment.',
  },
  'connection-other-peer': {
    meaning: 'A connection was made to a host the profile does not have for this port.',
    remedy: 'See whose address it is; peers that move are better recorded by their DNS name.',
  },
  'listen-not-in-profile': {
    meaning: 'A port was bound that the profile does not have.',
    remedy: 'See by whom; a service that listens elsewhere has another configuration, or is another one.',
  },
  'memory-not-in-profile': {
    meaning: 'Code was made in memory, and no run of the recording did so.',
    remedy: 'See by whom. Services without a compiler at run time have no reason to.',
  },
} as const satisfies Readonly<Record<string, DriftCodeEntry>>;

export type DriftCode = keyof typeof driftCodes;
