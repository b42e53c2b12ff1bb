// The same people in a VideoRoom of Debian's Janus: plain WebRTC, no encryption between people. What a page does here is what Janus'
// own demo does; each connection has a relay of its own, as Janus has a port for each.
import { startRelay } from "../../tests/lib/relay.mjs";
import { otherAddress } from "../../web/e2e/lib/server.mjs";
import { until } from "../../web/e2e/lib/until.mjs";
import { contestants } from "../sfu/contestants.mjs";
import { JanusSession } from "./janus_session.mjs";

const address = "127.0.0.1";
const room = 1234;
const oneMachine = { serverAddress: address, onServer: (command) => command };
/** As Vicino's camera (web/src/call/ladder.ts), in the order that Janus takes them in: the largest first. */
const layers = {
  1280: [["f", 1, 1_700_000], ["h", 2, 500_000], ["q", 4, 150_000]],
  640: [["f", 1, 500_000], ["h", 2, 150_000]],
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

export async function janusCall(own, people, flags) {
  const parties = people.length;
  const relayAddress = otherAddress();
  const { target } = await contestants["janus-1"].start(own, oneMachine, {});
  const server = target.at(-1);
  const session = await JanusSession.open(own, server);
  const relays = [];
  // Janus' descriptions, with the way through a relay as the only one.
  const behindRelay = async (sdp) => {
    const [, host, port] = / (\d+\.\d+\.\d+\.\d+) (\d+) typ host/.exec(sdp);
    const relay = await startRelay(own, { listen: `${relayAddress}:0`, target: `${host}:${port}`, delay: flags.delay });
    relays.push(relay);
    const others = new RegExp(`a=candidate:(?!.* ${port} typ host).*\r\n`, "g");
    return sdp.replaceAll(others, "").replaceAll(` ${host} ${port} typ host`, ` ${relayAddress} ${relay.port} typ host`);
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
    // There is nothing to join before.
    await until(`${name} sends`, () => page.evaluate(() => globalThis.sending.connectionState === "connected"), 30_000);
    feeds.push(data.id);
  }
  for (const [i, { page }] of people.entries()) {
    const handle = await session.attach();
    const streams = feeds.filter((_, other) => other !== i).map((feed) => ({ feed }));
    const { jsep } = await session.ask(handle, { request: "join", room, ptype: "subscriber", streams });
    const sdp = await page.evaluate(answer, await behindRelay(jsep.sdp));
    await session.ask(handle, { request: "start" }, { type: "answer", sdp });
  }
  for (const { page, name } of people) {
    const shown = () => [...document.querySelectorAll("video")].filter((video) => video.videoWidth > 0).length;
    await until(`${name} sees all`, async () => (await page.evaluate(shown)) === parties - 1, 60_000);
  }
  return relays;
}
