// What this browser remembers between visits: never a link, never a secret.

/**
 * How the camera is sent. VP8: in sizes beside each other, which every browser can; the others: as layers of one stream
 * that build on each other, which look better for the same bits and cost the device more.
 */
export const cameraFormats = ['vp8', 'vp9', 'av1'] as const;
export type CameraFormat = (typeof cameraFormats)[number];

export interface Remembered {
  readonly name: string;
  /** Of the avatar; null: the one that belongs to the name. */
  readonly color: number | null;
  /** Whether others can recognise this person the next time; false: a guest. */
  readonly keepIdentity: boolean;
  readonly microphoneOn: boolean;
  readonly cameraOn: boolean;
  readonly microphone: string | null;
  readonly camera: string | null;
  readonly speaker: string | null;
  readonly noiseSuppression: boolean;
  readonly cameraFormat: CameraFormat;
  /** false: only sound is received. */
  readonly incomingVideo: boolean;
  readonly theme: 'system' | 'light' | 'dark';
  /** null: what the browser prefers. */
  readonly language: string | null;
}

export const nothingRemembered: Remembered = {
  name: '',
  color: null,
  keepIdentity: true,
  microphoneOn: true,
  cameraOn: true,
  microphone: null,
  camera: null,
  speaker: null,
  noiseSuppression: true,
  cameraFormat: 'vp8',
  incomingVideo: true,
  theme: 'system',
  language: null,
};

/** Avatars have this many colours. */
export const avatarColors = 8;

const key = 'vicino.v1';

export function recall(storage: Pick<Storage, 'getItem'>): Remembered {
  try {
    return sanitize(JSON.parse(storage.getItem(key) ?? '{}'));
  } catch {
    return nothingRemembered; // blocked by the browser's settings, or not ours
  }
}

export function remember(storage: Pick<Storage, 'getItem' | 'setItem'>, change: Partial<Remembered>): void {
  try {
    storage.setItem(key, JSON.stringify({ ...recall(storage), ...change }));
  } catch {
    // Full or blocked: the next visit starts without it.
  }
}

function sanitize(stored: unknown): Remembered {
  if (typeof stored !== 'object' || stored === null) return nothingRemembered;
  const read = stored as Readonly<Record<string, unknown>>;
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  const flag = (value: unknown) => (typeof value === 'boolean' ? value : true);
  return {
    name: (text(read['name']) ?? '').slice(0, 64),
    color: colorOf(read['color']),
    keepIdentity: flag(read['keepIdentity']),
    microphoneOn: flag(read['microphoneOn']),
    cameraOn: flag(read['cameraOn']),
    microphone: text(read['microphone']),
    camera: text(read['camera']),
    speaker: text(read['speaker']),
    noiseSuppression: flag(read['noiseSuppression']),
    cameraFormat: cameraFormats.find((format) => format === read['cameraFormat']) ?? 'vp8',
    incomingVideo: flag(read['incomingVideo']),
    theme: read['theme'] === 'light' || read['theme'] === 'dark' ? read['theme'] : 'system',
    language: text(read['language']),
  };
}

function colorOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < avatarColors ? value : null;
}
