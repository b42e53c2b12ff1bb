// What a browser counts on a made-up network.

import type { Scene } from './scenes';

interface Network {
  readonly roundTrip?: number;
  readonly sendLoss?: number;
  readonly receiveLoss?: number;
  readonly room?: number;
  readonly limitedBy?: string;
}

const networks: Partial<Record<Scene, Network>> = {
  well: {},
  uplink: { sendLoss: 0.14, room: 260_000, limitedBy: 'bandwidth', roundTrip: 0.21 },
  downlink: { receiveLoss: 0.16, roundTrip: 0.12 },
  slow: { limitedBy: 'cpu' },
  voiceOnly: { sendLoss: 0.4, room: 80_000 },
  far: { roundTrip: 0.82 },
};

/** In scenes about networks every peer connection counts as if it were on one. */
export function fakeStats(scene: Scene): void {
  const network = networks[scene];
  if (!network) return;
  RTCPeerConnection.prototype.getStats = () => Promise.resolve(reports(network, performance.now() / 1000) as unknown as RTCStatsReport);
}

function reports(network: Network, seconds: number): ReadonlyMap<string, object> {
  const { roundTrip = 0.031, sendLoss = 0.001, receiveLoss = 0.002, room = 3_100_000, limitedBy = 'none' } = network;
  const received = seconds * 180 * (1 - receiveLoss);
  const all = [
    { id: 't', type: 'transport', selectedCandidatePairId: 'p' },
    { id: 'p', type: 'candidate-pair', localCandidateId: 'l', currentRoundTripTime: roundTrip, availableOutgoingBitrate: room },
    { id: 'l', type: 'local-candidate', candidateType: 'host', protocol: 'udp' },
    { id: 'c', type: 'codec', mimeType: 'video/VP8' },
    {
      id: 's', type: 'outbound-rtp', kind: 'video', mid: '1', codecId: 'c', frameWidth: 1280, frameHeight: 720,
      packetsSent: seconds * 200, bytesSent: (seconds * Math.min(room, 2_300_000)) / 8, framesEncoded: seconds * 30, qualityLimitationReason: limitedBy,
    },
    { id: 'sr', type: 'remote-inbound-rtp', localId: 's', timestamp: seconds * 1000, fractionLost: sendLoss },
    {
      id: 'r', type: 'inbound-rtp', kind: 'video', mid: '12', codecId: 'c', packetsReceived: received, packetsLost: seconds * 180 * receiveLoss,
      bytesReceived: received * 1100, framesDecoded: seconds * 30, totalDecodeTime: seconds * 0.08, jitter: 0.006,
    },
  ];
  return new Map(all.map((report) => [report.id, report]));
}
