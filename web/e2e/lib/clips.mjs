// Files the native client publishes.

import { join } from 'node:path';

import { run } from './server.mjs';

export async function makeFiles(folder) {
  const video = join(folder, 'clip.ivf');
  const audio = join(folder, 'tone.opus');
  const source = ['-loglevel', 'error', '-y', '-f', 'lavfi', '-i'];
  await run('ffmpeg', ...source, 'testsrc2=s=320x180:r=15:d=3', '-c:v', 'libvpx', '-b:v', '200k', '-g', '15', video);
  await run('ffmpeg', ...source, 'sine=440:d=3', '-ac', '1', '-c:a', 'libopus', '-b:a', '32k', audio);
  return { video, audio };
}
