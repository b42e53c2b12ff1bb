"""A WHIP publisher or WHEP viewer of GStreamer's webrtcbin. Prints one JSON line per event and
every 200 ms its counts; ends, deleting its resource, when standard input does.

    gstreamer_peer.py publish|view URL [TOKEN]
"""
import json
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
import zlib

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

PUBLISH = """
webrtcbin name=peer bundle-policy=max-bundle
videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=15/1 ! videoconvert
  ! vp8enc deadline=1 cpu-used=8 keyframe-max-dist=15 ! rtpvp8pay picture-id-mode=15-bit
  ! application/x-rtp,media=video,encoding-name=VP8,payload=96 ! peer.
audiotestsrc is-live=true freq=440 volume=0.3 ! audioconvert ! audioresample ! opusenc
  ! rtpopuspay ! application/x-rtp,media=audio,encoding-name=OPUS,payload=97 ! peer.
"""
RECEIVE_VIDEO = "application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000"
RECEIVE_AUDIO = "application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000,encoding-params=(string)2"
DECODERS = {
    "video": "rtpvp8depay ! vp8dec ! videoconvert ! video/x-raw,format=I420 ! appsink name=sink",
    "audio": "rtpopusdepay ! opusdec ! audioconvert ! audio/x-raw,format=S16LE ! appsink name=sink",
}


speaking = threading.Lock()  # several of GStreamer's threads have something to say


def say(**event):
    with speaking:
        print(json.dumps(event), flush=True)


class Peer:
    def __init__(self, role, url, token):
        self.url, self.token, self.location = url, token, None
        self.tracks = []
        self.loop = GLib.MainLoop()
        if role == "publish":
            self.pipeline = Gst.parse_launch(PUBLISH)
        else:
            self.pipeline = Gst.Pipeline()
            self.pipeline.add(Gst.parse_launch("webrtcbin name=peer bundle-policy=max-bundle"))
        self.peer = self.pipeline.get_by_name("peer")
        if role == "view":
            receive = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
            for caps in (RECEIVE_VIDEO, RECEIVE_AUDIO):
                self.peer.emit("add-transceiver", receive, Gst.Caps.from_string(caps))
        self.peer.connect("notify::ice-gathering-state", self.on_gathering)
        self.peer.connect("notify::connection-state", self.on_state)
        self.peer.connect("pad-added", self.on_pad)
        self.sent = False

    def run(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        GLib.timeout_add(50, self.offer_when_ready)
        GLib.timeout_add(200, self.report)
        threading.Thread(target=self.until_input_ends, daemon=True).start()
        self.loop.run()
        if self.location:
            status, _, _ = self.request("DELETE", self.location, None)
            say(deleted=status)
        self.pipeline.set_state(Gst.State.NULL)

    def until_input_ends(self):
        sys.stdin.read()
        GLib.idle_add(self.loop.quit)

    def report(self):
        say(tracks=self.tracks)
        return True

    # Once every media line knows its codec: the encoders have to begin first.
    def offer_when_ready(self):
        for pad in self.peer.sinkpads:
            if not pad.get_current_caps():
                return True
        self.peer.emit("create-offer", None, Gst.Promise.new_with_change_func(self.on_offer))
        return False

    def on_offer(self, promise):
        reply = promise.get_reply()  # the offer lives in it
        offer = reply.get_value("offer")
        self.peer.emit("set-local-description", offer, Gst.Promise.new())

    def on_gathering(self, peer, _):
        complete = GstWebRTC.WebRTCICEGatheringState.COMPLETE
        if peer.get_property("ice-gathering-state") == complete and not self.sent:
            self.sent = True
            GLib.idle_add(self.exchange)

    def exchange(self):
        offer = self.peer.get_property("local-description").sdp.as_text()
        status, headers, text = self.request("POST", self.url, offer)
        if status != 201:
            say(refused=status, text=text)
            self.loop.quit()
            return False
        self.location = urllib.parse.urljoin(self.url, headers["Location"])
        _, sdp = GstSdp.SDPMessage.new_from_text(text)
        answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
        self.peer.emit("set-remote-description", answer, Gst.Promise.new())
        say(location=self.location)
        return False

    def request(self, method, url, body):
        request = urllib.request.Request(url, body.encode() if body else None, method=method)
        if body:
            request.add_header("Content-Type", "application/sdp")
        if self.token:
            request.add_header("Authorization", "Bearer " + self.token)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def on_state(self, peer, _):
        say(state=peer.get_property("connection-state").value_nick)

    def on_pad(self, _, pad):
        if pad.direction != Gst.PadDirection.SRC:
            return
        kind = pad.get_current_caps().get_structure(0).get_string("media")
        counts = {"kind": kind, "frames": 0, "moving": 0, "loud": 0}
        self.tracks.append(counts)
        decoder = Gst.parse_bin_from_description(DECODERS[kind], True)
        sink = decoder.get_by_name("sink")
        sink.set_property("emit-signals", True)
        sink.set_property("sync", False)
        sink.connect("new-sample", self.on_sample, counts, [None])
        self.pipeline.add(decoder)
        decoder.sync_state_with_parent()
        pad.link(decoder.get_static_pad("sink"))

    def on_sample(self, sink, counts, last):
        buffer = sink.emit("pull-sample").get_buffer()
        data = buffer.extract_dup(0, buffer.get_size())
        counts["frames"] += 1
        if counts["kind"] == "audio":
            samples = memoryview(data).cast("h")
            counts["loud"] += int(max(samples) > 1000)
        else:
            content = zlib.crc32(data)
            counts["moving"] += int(last[0] is not None and content != last[0])
            last[0] = content
        return Gst.FlowReturn.OK


Gst.init(None)
role, url, *token = sys.argv[1:]
Peer(role, url, token[0] if token else None).run()
