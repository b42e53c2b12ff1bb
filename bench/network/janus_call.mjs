// The same people in a VideoRoom of Debian's Janus: plain WebRTC, no encryption between people. What a page does here is what Janus'
// own demo does; each connection has a relay of its own, as Janus has a port for each.
import { relayAddress, startRelay } from "../../tests/lib/relay.mjs";
import { contestants } from "../sfu/contestants.mjs";
import { JanusSession } from "./janus_session.mjs";

const address = "127.0.0.1";
const room = 1234;
const oneMachine = { serverAddress: address, onServer: (command) => command };
/** As Vicino's camera: web/src/call/ladder.ts. */
const layers = {
  1280: [["q", 4, 150_000], ["h", 2, 500_000], ["f", 1, 1_700_000]],
  640: [["h", 2, 150_000], ["f", 1, 500_000]],
};

/** In the page: what it sends, as an offer. */
async function offer(encodings) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: { ideal: 1280 }, height: { ideal: 720 } } });
  const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  globalThis.sending = connection;
  connection.addTransceiver(stream.getAudioTracks()[0], { direction: "sendonly" });
  const sendEncodings = encodings.map(([rid, scaleResolutionDownBy, maxBitrate]) => ({ rid, scaleResolutionDownBy, maxBitrate }));
  connection.addTransceiver(stream.getVideoTracks()[0], { direction: "sendonly", sendEncodings });
  await connection.setLocalDescription();
  return connection.localDescription.sdp;
}

/** In the page: what comes is shown. */
async function answer(sdp) {
  const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  connection.addEventListener("track", ({ track }) => {
    const element = Object.assign(document.createElement(track.kind), { autoplay: true, srcObject: new MediaStream([track]) });
    document.body.append(element);
  });
  await connection.setRemoteDescription({ type: "offer", sdp });
  await connection.setLocalDescription();
  return connection.localDescription.sdp;
}

export async function janusCall(own, people, parties, flags) {
  const { target } = await contestants["janus-1"].start(own, oneMachine, {});
  const server = target.at(-1);
  const session = await JanusSession.open(own, server);
  const relays = [];
  // Janus' descriptions, so that media goes through a relay.
  const behindRelay = async (sdp) => {
    const port = / 127\.0\.0\.1 (\d+) typ host/.exec(sdp)[1];
    relays.push(await startRelay(own, { listen: `${relayAddress}:${port}`, target: `${address}:${port}`, delay: flags.delay }));
    return sdp.replaceAll(` ${address} ${port} typ host`, ` ${relayAddress} ${port} typ host`);
  };
  const making = await session.attach();
  await session.ask(making, { request: "create", room, publishers: parties, audiocodec: "opus", videocodec: "vp8", bitrate: 0 });
  const feeds = [];
  for (const { page, name } of people) {
    await page.goto(`${server}/janus/info`); // any page of an origin that may use a camera
    const handle = await session.attach();
    const sdp = await page.evaluate(offer, layers[parties > 2 ? 640 : 1280]);
    const joined = { request: "joinandconfigure", room, ptype: "publisher", display: name };
    const { data, jsep } = await session.ask(handle, joined, { type: "offer", sdp });
    const theirs = await behindRelay(jsep.sdp);
    await page.evaluate((answered) => globalThis.sending.setRemoteDescription({ type: "answer", sdp: answered }), theirs);
    feeds.push(data.id);
  }
  for (const [i, { page }] of people.entries()) {
    const handle = await session.attach();
    const streams = feeds.filter((_, other) => other !== i).map((feed) => ({ feed }));
    const { jsep } = await session.ask(handle, { request: "join", room, ptype: "subscriber", streams });
    const sdp = await page.evaluate(answer, await behindRelay(jsep.sdp));
    await session.ask(handle, { request: "start" }, { type: "answer", sdp });
  }
  return relays;
}
