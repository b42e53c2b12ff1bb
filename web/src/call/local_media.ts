// The own microphone, camera and screen, in the lobby and in the call. A camera that is off has no
// track, so that its light is off; a muted microphone keeps its track, silent, so that it is back at once.

import type { OwnState, Source } from '../core/types';
import {
  captureCamera,
  captureMicrophone,
  captureScreen,
  listDevices,
  noDevices,
  onDevicesChanged,
  sendsLayers,
  type Captured,
  type CaptureProblem,
  type Devices,
} from '../platform/capture';
import type { CameraFormat } from '../platform/memory';
import { Store } from '../state/store';
import type { ScreenContent } from './ladder';

export interface OwnDevice {
  readonly on: boolean;
  readonly starting: boolean;
  readonly track: MediaStreamTrack | null;
  /** The chosen device; null: the system's choice. */
  readonly device: string | null;
  readonly problem: CaptureProblem | null;
}

export interface OwnScreen {
  readonly video: MediaStreamTrack | null;
  readonly audio: MediaStreamTrack | null;
  readonly problem: CaptureProblem | null;
}

export interface LocalView {
  readonly microphone: OwnDevice;
  readonly camera: OwnDevice;
  readonly screen: OwnScreen;
  /** What the person says a shared screen shows. */
  readonly screenContent: ScreenContent;
  readonly noiseSuppression: boolean;
  readonly cameraFormat: CameraFormat;
  /** Whether there is another than VP8. */
  readonly sendsLayers: boolean;
  readonly devices: Devices;
}

export interface LocalWishes {
  readonly microphoneOn: boolean;
  readonly cameraOn: boolean;
  readonly microphone: string | null;
  readonly camera: string | null;
  readonly noiseSuppression: boolean;
  readonly cameraFormat: CameraFormat;
}

type DeviceKind = 'microphone' | 'camera';

const none: OwnDevice = { on: false, starting: false, track: null, device: null, problem: null };
const noScreen: OwnScreen = { video: null, audio: null, problem: null };

export class LocalMedia {
  readonly view = new Store<LocalView>({
    microphone: none,
    camera: none,
    screen: noScreen,
    screenContent: 'detail',
    noiseSuppression: true,
    cameraFormat: 'vp8',
    sendsLayers: false,
    devices: noDevices,
  });
  // Only the newest request of a kind counts; what an older one brings is stopped.
  readonly #requests = { microphone: 0, camera: 0, screen: 0 };
  readonly #stopListening: () => void;
  #closed = false;

  constructor() {
    this.#stopListening = onDevicesChanged(() => void this.#listDevices());
  }

  /** Asks for what was on last time; each refusal stands for itself. */
  async start(wishes: LocalWishes): Promise<void> {
    const layers = await sendsLayers();
    this.view.update((view) => ({
      ...view,
      noiseSuppression: wishes.noiseSuppression,
      cameraFormat: layers ? wishes.cameraFormat : 'vp8',
      sendsLayers: layers,
      microphone: { ...none, device: wishes.microphone },
      camera: { ...none, device: wishes.camera },
    }));
    // One after the other: two questions at once hide each other in some browsers.
    if (wishes.microphoneOn) await this.setOn('microphone', true);
    if (wishes.cameraOn && !this.#closed) await this.setOn('camera', true);
    await this.#listDevices();
  }

  async setOn(kind: DeviceKind, on: boolean): Promise<void> {
    const { track } = this.view.get()[kind];
    if (!on) {
      ++this.#requests[kind];
      if (kind === 'camera') this.#drop(kind);
      else if (track) track.enabled = false;
      this.#set(kind, { on: false, starting: false, ...(kind === 'camera' ? { track: null } : {}) });
    } else if (kind === 'microphone' && track?.readyState === 'live') {
      track.enabled = true;
      this.#set(kind, { on: true, problem: null });
    } else {
      await this.#capture(kind);
    }
  }

  /** `device` null: the system's choice. Takes effect at once where the kind is on. */
  async choose(kind: DeviceKind, device: string | null): Promise<void> {
    this.#set(kind, { device });
    const { on, track } = this.view.get()[kind];
    if (on) {
      await this.#capture(kind);
    } else if (track) {
      this.#drop(kind);
      this.#set(kind, { track: null });
    }
  }

  async setNoiseSuppression(noiseSuppression: boolean): Promise<void> {
    this.view.update((view) => ({ ...view, noiseSuppression }));
    await this.choose('microphone', this.view.get().microphone.device);
  }

  setCameraFormat(cameraFormat: CameraFormat): void {
    this.view.update((view) => ({ ...view, cameraFormat }));
  }

  async shareScreen(): Promise<void> {
    const request = ++this.#requests.screen;
    const captured = await captureScreen();
    if (request !== this.#requests.screen || this.#closed) {
      if (captured.kind === 'screen') for (const track of [captured.video, captured.audio]) track?.stop();
      return;
    }
    if (captured.kind === 'cancelled') return;
    if (captured.kind === 'problem') {
      this.#setScreen({ ...noScreen, problem: captured.problem });
      return;
    }
    this.#stopScreen();
    const { video, audio } = captured;
    video.contentHint = this.view.get().screenContent;
    // "Stop sharing" in the browser's own bar ends the tracks.
    video.addEventListener('ended', () => this.view.get().screen.video === video && this.stopSharing());
    this.#setScreen({ video, audio, problem: null });
  }

  /** Sharp text or smooth motion; takes effect at once. */
  setScreenContent(screenContent: ScreenContent): void {
    this.view.update((view) => ({ ...view, screenContent }));
    const { video } = this.view.get().screen;
    if (video) video.contentHint = screenContent;
  }

  forgetProblem(kind: DeviceKind | 'screen'): void {
    this.view.update((view) => ({ ...view, [kind]: { ...view[kind], problem: null } }));
  }

  stopSharing(): void {
    ++this.#requests.screen;
    this.#stopScreen();
    this.#setScreen(noScreen);
  }

  tracks(): Readonly<Record<Source, MediaStreamTrack | null>> {
    const { microphone, camera, screen } = this.view.get();
    return { microphone: microphone.track, camera: camera.track, screen: screen.video, screenAudio: screen.audio };
  }

  state(): OwnState {
    const { microphone, camera, screen } = this.view.get();
    return {
      microphone: microphone.on && microphone.track !== null,
      camera: camera.on && camera.track !== null,
      screen: screen.video !== null,
      screenAudio: screen.audio !== null,
    };
  }

  close(): void {
    this.#closed = true;
    this.#stopListening();
    this.#drop('microphone');
    this.#drop('camera');
    this.#stopScreen();
    this.view.update((view) => ({ ...view, microphone: none, camera: none, screen: noScreen }));
  }

  async #capture(kind: DeviceKind): Promise<void> {
    const request = ++this.#requests[kind];
    // Phones have one camera at a time: the old one is let go before the next is asked for. Its last
    // picture stays meanwhile, and the others aren't told of a camera that is off.
    if (kind === 'camera') this.#drop(kind);
    this.#set(kind, { on: true, starting: true, problem: null });
    const { noiseSuppression } = this.view.get();
    const { device } = this.view.get()[kind];
    const captured =
      kind === 'camera' ? await captureCamera(device) : await captureMicrophone({ device, noiseSuppression });
    if (request !== this.#requests[kind] || this.#closed) {
      if (captured.kind === 'track') captured.track.stop();
      return;
    }
    this.#drop(kind);
    this.#adopt(kind, captured);
    await this.#listDevices();
  }

  #adopt(kind: DeviceKind, captured: Captured): void {
    if (captured.kind === 'problem') {
      this.#set(kind, { on: false, starting: false, track: null, problem: captured.problem });
      return;
    }
    const { track } = captured;
    if (kind === 'microphone') track.contentHint = 'speech';
    track.addEventListener('ended', () => {
      if (this.view.get()[kind].track !== track) return;
      this.#set(kind, { on: false, starting: false, track: null, problem: 'ended' });
    });
    this.#set(kind, { on: true, starting: false, track, problem: null });
  }

  #drop(kind: DeviceKind): void {
    this.view.get()[kind].track?.stop();
  }

  #stopScreen(): void {
    const { video, audio } = this.view.get().screen;
    video?.stop();
    audio?.stop();
  }

  #set(kind: DeviceKind, change: Partial<OwnDevice>): void {
    this.view.update((view) => ({ ...view, [kind]: { ...view[kind], ...change } }));
  }

  #setScreen(screen: OwnScreen): void {
    this.view.update((view) => ({ ...view, screen }));
  }

  async #listDevices(): Promise<void> {
    const devices = await listDevices();
    if (!this.#closed) this.view.update((view) => ({ ...view, devices }));
  }
}
