import { Browsers, makeClip } from './lib/browsers.mjs';
import { CallPage, distance } from './lib/call_page.mjs';
import { Server, newRoom } from './lib/server.mjs';
const format = process.argv[2], width = Number(process.argv[3] ?? 1280);
const b = new Browsers();
const server = await Server.start(...(process.argv[4] ? ['--media-downlink-adapts', process.argv[4]] : []));
const link = await newRoom(server);
const clip = await makeClip(b.folder, 'a', '0xC03030', { width, rate: 15 });
const clip2 = await makeClip(b.folder, 'b', '0x30A040', { width: 640, rate: 10 });
const people = [];
for (const [name, c, kind] of [['Ada', clip, format], ['Bob', clip2, 'vp8']]) {
  const page = await b.chromium({ clip: c });
  await page.evaluateOnNewDocument((f) => localStorage.setItem('vicino.v1', JSON.stringify({ cameraFormat: f })), kind);
  const p = new CallPage(page, name); people.push(p);
  await p.join(link, people[0] === p ? null : people[0]);
}
const [ada, bob] = people;
const show = async () => {
  const sent = await ada.page.evaluate(async () => {
    const pc = globalThis.peerConnections.findLast((c) => c.connectionState !== 'closed');
    const all = [...(await pc.getStats()).values()];
    return all.filter((r) => r.type === 'outbound-rtp' && r.kind === 'video' && r.frameWidth).map((r) => `${r.rid ?? ''} ${r.frameWidth}x${r.frameHeight} ${r.framesPerSecond}fps enc ${r.framesEncoded} huge ${r.hugeFramesSent} ${r.scalabilityMode} kf ${r.keyFramesEncoded} pli ${r.pliCount} ${r.qualityLimitationReason} bytes ${r.bytesSent} ${all.find((c) => c.id === r.codecId)?.mimeType} ${(r.totalEncodeTime / r.framesEncoded * 1000).toFixed(1)}ms/frame`).join('; ');
  });
  const got = await bob.page.evaluate(async () => {
    const pc = globalThis.peerConnections.findLast((c) => c.connectionState !== 'closed');
    const all = [...(await pc.getStats()).values()];
    return all.filter((r) => r.type === 'inbound-rtp' && r.kind === 'video' && r.frameWidth).map((r) => `${r.frameWidth}x${r.frameHeight} ${r.framesPerSecond}fps recv ${r.framesReceived} dec ${r.framesDecoded} drop ${r.framesDropped} kf ${r.keyFramesDecoded} pli ${r.pliCount} nack ${r.nackCount} freeze ${r.freezeCount} bytes ${r.bytesReceived} lost ${r.packetsLost}`).join('; ');
  });
  console.log(new Date().toISOString().slice(17, 23), 'SENT', sent, '\n   GOT', got);
};
for (let i = 0; i < 8; ++i) { await show(); await new Promise((r) => setTimeout(r, 1500)); }
await bob.page.setViewport({ width: 390, height: 400 });
console.log('small window');
for (let i = 0; i < 7; ++i) { await show(); await new Promise((r) => setTimeout(r, 1500)); }
await bob.page.setViewport({ width: 1440, height: 900 });
console.log('large window');
for (let i = 0; i < 5; ++i) { await show(); await new Promise((r) => setTimeout(r, 1500)); }
const picture = await bob.picture('Ada'); console.log(JSON.stringify(picture), ada.errors, bob.errors);
await b.close(); await server.stop();
