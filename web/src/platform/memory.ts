// What this browser remembers between visits: never a link, never a secret.

export interface Remembered {
  readonly name: string;
  readonly microphoneOn: boolean;
  readonly cameraOn: boolean;
  readonly microphone: string | null;
  readonly camera: string | null;
  readonly speaker: string | null;
  readonly noiseSuppression: boolean;
  readonly theme: 'system' | 'light' | 'dark';
  /** null: what the browser prefers. */
  readonly language: string | null;
}

export const nothingRemembered: Remembered = {
  name: '',
  microphoneOn: true,
  cameraOn: true,
  microphone: null,
  camera: null,
  speaker: null,
  noiseSuppression: true,
  theme: 'system',
  language: null,
};

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
    microphoneOn: flag(read['microphoneOn']),
    cameraOn: flag(read['cameraOn']),
    microphone: text(read['microphone']),
    camera: text(read['camera']),
    speaker: text(read['speaker']),
    noiseSuppression: flag(read['noiseSuppression']),
    theme: read['theme'] === 'light' || read['theme'] === 'dark' ? read['theme'] : 'system',
    language: text(read['language']),
  };
}
