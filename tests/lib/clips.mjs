// Clips to publish, made once per machine with ffmpeg, and what is inside IVF and Ogg Opus files.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const folder = join(tmpdir(), `vicino-test-clips-${userInfo().uid}`);

async function ffmpeg(args) {
  await execute('ffmpeg', ['-nostdin', '-v', 'error', '-y', '-threads', '1', ...args]);
}

let encoders;
async function hasEncoder(name) {
  encoders ??= (await execute('ffmpeg', ['-hide_banner', '-encoders'])).stdout;
  return encoders.includes(` ${name} `);
}

// Encoders for each codec, best first: every frame shown, none reordered.
const recipes = {
  vp8: [['libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-auto-alt-ref', '0', '-lag-in-frames', '0']],
  vp9: [['libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-auto-alt-ref', '0', '-lag-in-frames', '0']],
  av1: [
    ['libaom-av1', '-usage', 'realtime', '-cpu-used', '8', '-lag-in-frames', '0'],
    ['libsvtav1', '-preset', '12', '-svtav1-params', 'pred-struct=1:lookahead=0'],
  ],
  h264: [['libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline']],
};

// Made under another name and renamed, as test files run side by side.
async function once(name, recipe, make) {
  mkdirSync(folder, { recursive: true });
  const key = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12);
  const path = join(folder, `${key}-${name}`);
  if (existsSync(path)) return path;
  const temporary = join(folder, `${process.pid}-${name}`);
  await make(temporary);
  renameSync(temporary, path);
  return path;
}

// An IVF file of a moving test picture that begins with a key frame and has one every second, or
// null where this ffmpeg can't encode the codec.
export async function videoClip(codec, { width = 320, height = 180, fps = 15, seconds = 3, kbps = 200 } = {}) {
  for (const [encoder, ...options] of recipes[codec]) {
    if (!(await hasEncoder(encoder))) continue;
    const source = `testsrc2=size=${width}x${height}:rate=${fps}:duration=${seconds}`;
    const rate = ['-b:v', `${kbps}k`, '-g', String(fps), '-keyint_min', String(fps), '-pix_fmt', 'yuv420p'];
    const args = ['-f', 'lavfi', '-i', source, '-c:v', encoder, ...options, ...rate];
    return once(`${codec}.ivf`, args, async (path) => {
      if (codec !== 'h264') return ffmpeg([...args, '-f', 'ivf', path]);
      const stream = `${path}.h264`;
      await ffmpeg([...args, '-bsf:v', 'h264_metadata=aud=insert', '-f', 'h264', stream]);
      writeFileSync(path, h264ToIvf(readFileSync(stream), width, height, fps));
      rmSync(stream);
    });
  }
  return null;
}

// A tone in Ogg Opus, mono; longer packets mean fewer of them.
export async function audioClip({ seconds = 3, packetMilliseconds = 20 } = {}) {
  const args = ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${seconds}`];
  args.push('-ac', '1', '-c:a', 'libopus', '-b:a', '24k', '-frame_duration', String(packetMilliseconds), '-f', 'ogg');
  return once('tone.opus', args, (path) => ffmpeg([...args, path]));
}

function ivfFile(fourcc, width, height, fps, frames) {
  const header = Buffer.alloc(32);
  header.write('DKIF', 0);
  header.writeUInt16LE(32, 6);
  header.write(fourcc, 8);
  header.writeUInt16LE(width, 12);
  header.writeUInt16LE(height, 14);
  header.writeUInt32LE(fps, 16);
  header.writeUInt32LE(1, 20);
  header.writeUInt32LE(frames.length, 24);
  const parts = [header];
  frames.forEach((frame, index) => {
    const frameHeader = Buffer.alloc(12);
    frameHeader.writeUInt32LE(frame.length, 0);
    frameHeader.writeUInt32LE(index, 4);
    parts.push(frameHeader, frame);
  });
  return Buffer.concat(parts);
}

// ffmpeg writes no H.264 into IVF: the stream is cut before every access unit delimiter.
function h264ToIvf(stream, width, height, fps) {
  const delimiter = Buffer.from([0, 0, 0, 1, 9]);
  const starts = [];
  for (let at = stream.indexOf(delimiter); at >= 0; at = stream.indexOf(delimiter, at + 1)) starts.push(at);
  const frames = starts.map((start, index) => stream.subarray(start, starts[index + 1]));
  return ivfFile('H264', width, height, fps, frames);
}

// The frames of an IVF file; one that isn't complete yet, at the end, is left out.
export function ivfFrames(path) {
  const file = readFileSync(path);
  assert.equal(file.toString('latin1', 0, 4), 'DKIF', path);
  const frames = [];
  for (let at = 32; at + 12 <= file.length; ) {
    const size = file.readUInt32LE(at);
    if (at + 12 + size > file.length) break;
    frames.push(file.subarray(at + 12, at + 12 + size));
    at += 12 + size;
  }
  return frames;
}

// The packets of an Ogg file with one stream (RFC 3533), without the two headers of Opus.
export function opusPackets(path) {
  const file = readFileSync(path);
  const packets = [];
  let open = [];
  for (let at = 0; at + 27 <= file.length; ) {
    assert.equal(file.toString('latin1', at, at + 4), 'OggS', path);
    const lacing = file.subarray(at + 27, at + 27 + file[at + 26]);
    at += 27 + lacing.length;
    for (const size of lacing) {
      open.push(file.subarray(at, at + size));
      at += size;
      if (size === 255) continue;
      packets.push(Buffer.concat(open));
      open = [];
    }
  }
  return packets.slice(2);
}

// Every picture of a video file, in decoding order, as planes of 8-bit samples (I420).
export async function decode(path, { width = 320, height = 180 } = {}) {
  const args = ['-nostdin', '-v', 'error', '-threads', '1', '-i', path];
  args.push('-fps_mode', 'passthrough', '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-');
  const { stdout } = await execute('ffmpeg', args, { encoding: 'buffer', maxBuffer: 1 << 28 });
  const size = (width * height * 3) / 2;
  assert.equal(stdout.length % size, 0, `${path} has pictures of another size`);
  return Array.from({ length: stdout.length / size }, (_, i) => stdout.subarray(i * size, (i + 1) * size));
}

// 0: the same picture.
export function meanDifference(a, b) {
  assert.equal(a.length, b.length);
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += Math.abs(a[i] - b[i]);
  return sum / a.length;
}
