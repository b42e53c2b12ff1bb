// What a server sees of a frame: taken apart, and held against what it must not show.

const h264Start = Buffer.from([0, 0, 0, 1]);
const shims = {
  vp8: [Buffer.from('1000009d012a08000800', 'hex'), Buffer.from('11', 'hex')],
  av1: [Buffer.from('0a0a0000000cc4ff67006802', 'hex')],
};

function startsWith(frame, prefix) {
  return frame.length >= prefix.length && frame.subarray(0, prefix.length).equals(prefix);
}

function withoutAv1Shim(frame) {
  let at = startsWith(frame, shims.av1[0]) ? shims.av1[0].length : 0;
  if (frame[at++] !== 0x32) throw new Error('the AV1 shim has no OBU_FRAME');
  while (frame[at++] & 0x80);
  return frame.subarray(at);
}

// Parameter sets and slice header before the sealed bytes are constant (src/sframe/shim.h); behind
// them emulation prevention and a closing 80.
function withoutH264Shim(frame) {
  const key = frame[4] === 0x67;
  const size = key ? 34 : 7;
  if (!startsWith(frame, h264Start) || (!key && frame[4] !== 0x41)) throw new Error('not the H.264 shim');
  const escaped = frame.subarray(size, frame.length - 1);
  const bytes = [];
  let zeros = 0;
  for (const byte of escaped) {
    const inserted = zeros >= 2 && byte === 3;
    if (!inserted) bytes.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Buffer.from(bytes);
}

// The SFrame ciphertext of a frame as it was received: without shim, without SFrame's header.
export function ciphertext(codec, frame) {
  let sealed = frame;
  if (codec === 'vp8') {
    const shim = shims.vp8.find((s) => startsWith(frame, s));
    if (!shim) throw new Error('not the VP8 shim');
    sealed = frame.subarray(shim.length);
  } else if (codec === 'av1') {
    sealed = withoutAv1Shim(frame);
  } else if (codec === 'h264') {
    sealed = withoutH264Shim(frame);
  }
  return sealed.subarray(sframeHeaderSize(sealed[0]));
}

// RFC 9605 section 4.3: a config byte, then key id and counter, each inside the byte or behind it.
function sframeHeaderSize(config) {
  const field = (half) => (half & 8 ? (half & 7) + 1 : 0);
  return 1 + field(config >> 4) + field(config & 15);
}

const window = 16;

// Every run of 16 bytes in `frames`.
export function windowsOf(frames) {
  const windows = new Set();
  for (const frame of frames) {
    const text = frame.toString('latin1');
    for (let at = 0; at + window <= text.length; ++at) windows.add(text.slice(at, at + window));
  }
  return windows;
}

// How many runs of 16 bytes of `frames` are in `windows`.
export function countKnownWindows(frames, windows) {
  let known = 0;
  for (const frame of frames) {
    const text = frame.toString('latin1');
    for (let at = 0; at + window <= text.length; ++at) known += windows.has(text.slice(at, at + window)) ? 1 : 0;
  }
  return known;
}

// Pearson's chi-square of the byte values against all 256 being as likely: for random bytes about
// 255, with a standard deviation of 22.6, whatever their number.
export function chiSquare(frames) {
  const counts = new Array(256).fill(0);
  let total = 0;
  for (const frame of frames) {
    total += frame.length;
    for (const byte of frame) ++counts[byte];
  }
  const expected = total / 256;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
