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

/** Makes the browser throw at each attempt to make a connection. */
function refuse(message: string, name: string): void {
  const RTCPeerConnection = function (): never {
    throw new DOMException(message, name);
  };
  vi.stubGlobal('RTCPeerConnection', RTCPeerConnection);
}

it('takes a browser for one that can connect later which makes no more connections now', () => {
  refuse('Cannot create so many PeerConnections', 'UnknownError');
  expect(codeOf(peer)).toBe('connect_failed');
});

it.each([
  ["'turn:' is not a valid URL", 'SyntaxError'],
  ['Both username and credential are required', 'InvalidAccessError'],
  ['WebRTC is switched off', 'NotSupportedError'],
])('says for good that there is no WebRTC where it is refused for another reason: %s', (message, name) => {
  refuse(message, name);
  expect(codeOf(peer)).toBe('webrtc_unavailable');
});
