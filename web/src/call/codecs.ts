// Which codecs are offered. Pure.

import type { CameraFormat } from '../platform/memory';

type Codec = Pick<RTCRtpCodec, 'mimeType' | 'sdpFmtpLine'>;

const order = ['video/vp8', 'video/vp9', 'video/av1', 'video/h264', 'video/rtx'];

/**
 * `first` before the others, then VP8, because every browser has simulcast for it; one profile of each codec, because thirty
 * m-lines with every profile make an offer of a megabyte. No RED and no FEC: they would repeat
 * frames outside the order of the frame encryption.
 */
export function videoCodecs<T extends Codec>(all: readonly T[], first: CameraFormat): T[] {
  const names = [`video/${first}`, ...order.filter((name) => name !== `video/${first}`)];
  const rank = (codec: T) => names.indexOf(codec.mimeType.toLowerCase());
  return all.filter((codec) => rank(codec) >= 0 && isBaseProfile(codec)).sort((a, b) => rank(a) - rank(b));
}

/** Opus alone, for the same reason. */
export function audioCodecs<T extends Codec>(all: readonly T[]): T[] {
  return all.filter((codec) => codec.mimeType.toLowerCase() === 'audio/opus');
}

function isBaseProfile({ mimeType, sdpFmtpLine = '' }: Codec): boolean {
  switch (mimeType.toLowerCase()) {
    case 'video/vp9':
      return !/profile-id=[1-9]/.test(sdpFmtpLine);
    case 'video/av1':
      return !/profile=[1-9]/.test(sdpFmtpLine);
    case 'video/h264':
      return /profile-level-id=42e0/i.test(sdpFmtpLine) && /packetization-mode=1/.test(sdpFmtpLine);
    default:
      return true;
  }
}
