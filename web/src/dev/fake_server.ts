// A second peer connection in the same page that sends drawn faces into the slots.

import type { Participant } from '../core/types';
import { drawnTrack } from './drawn_face';
import { roster, type Play } from './scenes';

export class FakeServer {
  readonly #play: Play;
  #connection: RTCPeerConnection | null = null;
  readonly #sound = new AudioContext();

  constructor(play: Play) {
    this.#play = play;
  }

  /** What the page's offer is answered with, and who is there. */
  async answer(offer: string): Promise<{ readonly sdp: string; readonly participants: Participant[] }> {
    this.close();
    const server = new RTCPeerConnection();
    this.#connection = server;
    await server.setRemoteDescription({ type: 'offer', sdp: offer });
    const free = { audio: [] as string[], video: [] as string[] };
    for (const { mid, receiver, direction } of server.getTransceivers()) {
      // The first four m-lines are the page's own tracks.
      if (direction === 'recvonly' && Number(mid) >= 4 && mid !== null) {
        free[receiver.track.kind as 'audio' | 'video'].push(mid);
      }
    }
    const used: string[] = [];
    const participants = roster(this.#play, (kind) => {
      const mid = free[kind].shift();
      if (mid !== undefined) used.push(mid);
      return mid;
    });
    for (const transceiver of server.getTransceivers()) {
      const { mid } = transceiver;
      if (mid === null || !used.includes(mid)) continue;
      const owner = participants.find((p) => Object.values(p.sources).some((s) => s.kind === 'flowing' && s.mid === mid));
      const isScreen = owner?.sources.screen.kind === 'flowing' && owner.sources.screen.mid === mid;
      const audio = transceiver.receiver.track.kind === 'audio';
      const track = audio ? this.#tone(owner?.id ?? 0) : drawnTrack(owner?.id ?? 0, isScreen, this.#play.people > 6 ? 0.25 : 1);
      transceiver.direction = 'sendonly';
      await transceiver.sender.replaceTrack(track);
    }
    await server.setLocalDescription();
    await gathered(server);
    return { sdp: server.localDescription!.sdp, participants };
  }

  close(): void {
    this.#connection?.close();
  }

  /** Only the first person is loud enough to be heard speaking. */
  #tone(id: number): MediaStreamTrack {
    const oscillator = this.#sound.createOscillator();
    const gain = this.#sound.createGain();
    gain.gain.value = id === 2 ? 0.2 : 0.001;
    const destination = this.#sound.createMediaStreamDestination();
    oscillator.connect(gain).connect(destination);
    oscillator.start();
    return destination.stream.getAudioTracks()[0]!;
  }
}

async function gathered(connection: RTCPeerConnection): Promise<void> {
  if (connection.iceGatheringState === 'complete') return;
  await new Promise<void>((resolve) => {
    connection.addEventListener('icegatheringstatechange', () => connection.iceGatheringState === 'complete' && resolve());
  });
}
