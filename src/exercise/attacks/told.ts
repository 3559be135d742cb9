import type { Observation } from '../../profile/index.ts';
import { peerAddress, type Told } from './model.ts';

/** Something that was told of while attacks ran: drift, or a finding about bytes. */
export type Alert =
  | { readonly from: 'drift'; readonly code: string; readonly observation: Observation }
  | { readonly from: 'finding'; readonly code: string; readonly path: string };

/** Whether an alert names the attack's own path, arguments, peer or port: any other alert is not about it. */
export function isAbout(alert: Alert, told: Told): boolean {
  if (alert.from === 'finding') return (told.what === 'program' || told.what === 'file') && alert.path === told.path;
  const { observation: seen } = alert;
  switch (told.what) {
    case 'program':
      return seen.kind === 'process' && seen.path === told.path;
    case 'arguments':
      return seen.kind === 'process' && seen.argv.some((one) => one.includes(told.text));
    case 'file':
      return (
        (seen.kind === 'file' && seen.path === told.path) ||
        (told.orGiven === true && seen.kind === 'process' && seen.argv.some((one) => one.includes(told.path)))
      );
    case 'peer':
      return seen.kind === 'connection' && seen.address === peerAddress && seen.port === told.port;
    case 'port':
      return seen.kind === 'listen' && seen.port === told.port;
  }
}
