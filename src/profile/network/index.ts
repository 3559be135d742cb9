export {
  type Address,
  type Cidr,
  formatAddress,
  formatCidr,
  isPrivate,
  networkOf,
  parseAddress,
  parseCidr,
  sharedLength,
} from './address.ts';
export { isEphemeral, isName, normalName, type Peer, parsePeer, resolver } from './peer.ts';
