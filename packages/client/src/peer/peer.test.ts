import { afterEach, expect, it, vi } from 'vitest';
import { Peer } from './peer.js';

afterEach(() => void vi.unstubAllGlobals());

/** The code of what making a peer throws. */
function codeOf(make: () => Peer): string {
  try {
    make().close();
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
  return 'none';
}

const peer = (): Peer => new Peer({ initiator: true, iceServers: [], connectTimeoutMs: 1_000 });

it('says for good that there is no WebRTC where the browser has none', () => {
  vi.stubGlobal('RTCPeerConnection', undefined);
  expect(codeOf(peer)).toBe('webrtc_unavailable');
});

it('takes a browser for one that can connect later which makes no more connections now', () => {
  const refuse = function RTCPeerConnection(): never {
    throw new DOMException('Cannot create so many PeerConnections', 'UnknownError');
  };
  vi.stubGlobal('RTCPeerConnection', refuse);
  expect(codeOf(peer)).toBe('connect_failed');
});
