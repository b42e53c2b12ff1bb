// Cameras, microphones and screens; refusals are values with a sentence in the interface.

export type CaptureProblem = 'denied' | 'missing' | 'busy' | 'insecure' | 'ended' | 'failed';

export type Captured =
  | { readonly kind: 'track'; readonly track: MediaStreamTrack }
  | { readonly kind: 'problem'; readonly problem: CaptureProblem };

export type CapturedScreen =
  | { readonly kind: 'screen'; readonly video: MediaStreamTrack; readonly audio: MediaStreamTrack | null }
  /** The person closed the browser's dialogue: nothing to say. */
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'problem'; readonly problem: CaptureProblem };

export interface MicrophoneWish {
  /** null: the system's choice. */
  readonly device: string | null;
  readonly noiseSuppression: boolean;
}

export async function captureMicrophone(wish: MicrophoneWish): Promise<Captured> {
  return capture('audio', {
    ...exactly(wish.device),
    echoCancellation: true,
    autoGainControl: true,
    noiseSuppression: wish.noiseSuppression,
  });
}

export async function captureCamera(device: string | null): Promise<Captured> {
  return capture('video', {
    ...exactly(device),
    ...(device === null ? { facingMode: 'user' } : {}),
    width: { ideal: 1280 },
    height: { ideal: 720 },
    frameRate: { ideal: 30, max: 30 },
  });
}

async function capture(kind: 'audio' | 'video', wish: MediaTrackConstraints): Promise<Captured> {
  if (!hasCapture()) return { kind: 'problem', problem: 'insecure' };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ [kind]: wish });
    const track = stream.getTracks()[0];
    return track ? { kind: 'track', track } : { kind: 'problem', problem: 'missing' };
  } catch (error) {
    // The remembered device is gone: any other is better than none.
    if (nameOf(error) === 'OverconstrainedError' && wish.deviceId !== undefined) {
      const { deviceId: _, ...rest } = wish;
      return capture(kind, rest);
    }
    return { kind: 'problem', problem: problemOf(error) };
  }
}

/** Whether a camera can be sent as layers of one stream (SVC). Firefox can't. */
export async function sendsLayers(): Promise<boolean> {
  const video = { contentType: 'video/VP9', scalabilityMode: 'L3T3_KEY', width: 1280, height: 720, framerate: 30, bitrate: 1_700_000 };
  try {
    return (await navigator.mediaCapabilities.encodingInfo({ type: 'webrtc', video })).supported;
  } catch {
    return false; // it doesn't know what it is asked
  }
}

export function canShareScreen(): boolean {
  return hasCapture() && 'getDisplayMedia' in navigator.mediaDevices;
}

export async function captureScreen(): Promise<CapturedScreen> {
  if (!hasCapture()) return { kind: 'problem', problem: 'insecure' };
  if (!canShareScreen()) return { kind: 'problem', problem: 'missing' };
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia({
      video: { frameRate: { max: 30 }, width: { max: 2560 }, height: { max: 1600 } },
      // Sound of a shared tab must not bring back the call itself.
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
    const video = stream.getVideoTracks()[0];
    if (!video) return { kind: 'problem', problem: 'failed' };
    return { kind: 'screen', video, audio: stream.getAudioTracks()[0] ?? null };
  } catch (error) {
    const name = nameOf(error);
    if (name === 'AbortError') return { kind: 'cancelled' };
    if (name === 'NotAllowedError' && !bySystem(error)) return { kind: 'cancelled' };
    return { kind: 'problem', problem: problemOf(error) };
  }
}

export interface Devices {
  readonly microphones: readonly MediaDeviceInfo[];
  readonly cameras: readonly MediaDeviceInfo[];
  /** Empty where the browser can't choose. */
  readonly speakers: readonly MediaDeviceInfo[];
}

export const noDevices: Devices = { microphones: [], cameras: [], speakers: [] };

export async function listDevices(): Promise<Devices> {
  if (!hasCapture()) return noDevices;
  const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  // Without permission the ids are empty: nothing to choose from yet. "default" is the empty choice.
  const of = (kind: MediaDeviceKind) =>
    all.filter((d) => d.kind === kind && d.deviceId !== '' && d.deviceId !== 'default' && d.deviceId !== 'communications');
  return {
    microphones: of('audioinput'),
    cameras: of('videoinput'),
    speakers: 'setSinkId' in HTMLMediaElement.prototype ? of('audiooutput') : [],
  };
}

export function onDevicesChanged(callback: () => void): () => void {
  if (!hasCapture()) return () => undefined;
  navigator.mediaDevices.addEventListener('devicechange', callback);
  return () => navigator.mediaDevices.removeEventListener('devicechange', callback);
}

function hasCapture(): boolean {
  return 'mediaDevices' in navigator;
}

function exactly(device: string | null): MediaTrackConstraints {
  return device === null ? {} : { deviceId: { exact: device } };
}

function problemOf(error: unknown): CaptureProblem {
  switch (nameOf(error)) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'failed';
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : '';
}

function bySystem(error: unknown): boolean {
  return error instanceof DOMException && /system/i.test(error.message);
}
