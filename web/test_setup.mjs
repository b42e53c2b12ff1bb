// Node.js 18 has WebCrypto, but not under its global name.
import { webcrypto } from 'node:crypto';

globalThis.crypto ??= webcrypto;
