export { wrapDataChannel, type MessageChannelLike } from './channel.js';
export { LinkError, linkErrorCodes, type LinkErrorCode } from './errors.js';
export type { PeerTrust, PushKind } from './event.js';
export type { Peer } from './handshake.js';
export type { HeaderList, ResponseHead } from './head.js';
export {
  Link,
  type Interim,
  type LinkConfig,
  type LinkEvents,
  type LinkRequestInit,
  type LinkState,
  type Push,
} from './link.js';
