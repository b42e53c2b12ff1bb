// Room links: https://host/j/<room id>#<secret>, both 16 bytes in base64url without padding
// (22 characters). The fragment never reaches the server.

export interface RoomLink {
  readonly origin: string;
  readonly room: string;
  readonly secret: string;
}

export type ParsedLink =
  | { readonly kind: 'room'; readonly link: RoomLink }
  /** A room path whose secret is missing or cut off: the usual fate of a link copied by hand. */
  | { readonly kind: 'incomplete' }
  /** No room link at all. */
  | { readonly kind: 'none' };

const idBytes = 16;
// 22 characters carry 132 bits; the last one may only use its upper two.
const idPattern = /^[A-Za-z0-9_-]{21}[AQgw]$/;

export function base64Url(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

export function createLink(
  origin: string,
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
): RoomLink {
  const id = () => base64Url(random(new Uint8Array(idBytes)));
  return { origin, room: id(), secret: id() };
}

export function formatLink(link: RoomLink): string {
  return `${roomPath(link, link.origin)}#${link.secret}`;
}

/** Where the room is, without what opens it: what the address bar shows. */
export function roomPath(link: RoomLink, origin = ''): string {
  return `${origin}/j/${link.room}`;
}

/** Reads what a person pasted or the address bar holds. `base` is what a link without a host belongs to. */
export function parseLink(text: string, base: string): ParsedLink {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'none' };
  let url: URL;
  try {
    url = new URL(withScheme(trimmed), base);
  } catch {
    return { kind: 'none' };
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { kind: 'none' };
  const path = /^\/j(?:\/([^/]*))?\/?$/.exec(url.pathname);
  if (!path) return { kind: 'none' };
  const room = path[1] ?? '';
  const secret = url.hash.slice(1);
  if (!idPattern.test(room) || !idPattern.test(secret)) return { kind: 'incomplete' };
  return { kind: 'room', link: { origin: url.origin, room, secret } };
}

// "call.example.org/j/..." as messengers like to shorten it.
function withScheme(text: string): string {
  return /^[\w.-]+(?::\d+)?\/j\//.test(text) ? `https://${text}` : text;
}
