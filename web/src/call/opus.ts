// How the own voice is to be encoded, said in the offer: the server repeats it in its answer, and the answer is what a
// browser's encoder goes by (RFC 7587 section 6.1, RFC 9429 section 5.11). Pure.

import { microphoneRate } from './ladder';

/**
 * In-band repetition of lost packets, nothing but a mark now and then while nobody speaks, one channel. Firefox knows no
 * maxBitrate for sound, so the rate is here as well.
 */
const voice: Readonly<Record<string, string>> = {
  useinbandfec: '1',
  usedtx: '1',
  stereo: '0',
  maxaveragebitrate: String(microphoneRate),
};

/** The offer with `voice` for Opus in the m-line `mid` alone: music of a shared screen must not be cut off. */
export function withVoice(sdp: string, mid: string): string {
  const [session = '', ...lines] = sdp.split(/^(?=m=)/m);
  return session + lines.map((line) => (isLine(line, mid) ? parametrized(line) : line)).join('');
}

function isLine(section: string, mid: string): boolean {
  return section.startsWith('m=audio ') && section.split(/\r?\n/).includes(`a=mid:${mid}`);
}

function parametrized(section: string): string {
  const type = /^a=rtpmap:(\d+) opus\//im.exec(section)?.[1];
  if (type === undefined) return section;
  const line = new RegExp(`^a=fmtp:${type} (.*?)(?=\\r?$)`, 'm');
  const offered = (line.exec(section)?.[1] ?? '').split(';').filter((p) => p !== '' && !(p.split('=')[0]!.trim() in voice));
  const parameters = [...offered, ...Object.entries(voice).map(([key, value]) => `${key}=${value}`)].join(';');
  if (line.test(section)) return section.replace(line, `a=fmtp:${type} ${parameters}`);
  return section.replace(/^(a=rtpmap:\d+ opus\/.*?)(\r?\n)/im, `$1$2a=fmtp:${type} ${parameters}$2`);
}
