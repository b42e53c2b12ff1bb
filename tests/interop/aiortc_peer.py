"""A WHIP publisher or WHEP viewer of aiortc. Prints one JSON line per event and every 200 ms its
counts; ends, deleting its resource, when standard input does.

    aiortc_peer.py publish|view URL [TOKEN]
"""
import asyncio
import fractions
import json
import sys

import aiohttp
import av
import numpy
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack


def say(**event):
    print(json.dumps(event), flush=True)


class MovingSquare(VideoStreamTrack):
    """A white square that moves over black, 320x240."""

    index = 0

    async def recv(self):
        pts, time_base = await self.next_timestamp()
        picture = numpy.zeros((240, 320, 3), numpy.uint8)
        left = self.index * 8 % 256
        picture[80:144, left : left + 64] = 255
        self.index += 1
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Tone(AudioStreamTrack):
    """440 Hz, 48 kHz mono, 20 ms at a time."""

    async def recv(self):
        silence = await super().recv()
        rate, size = silence.sample_rate, silence.samples
        at = (silence.pts + numpy.arange(size)) / rate
        samples = (8000 * numpy.sin(2 * numpy.pi * 440 * at)).astype(numpy.int16)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = rate, silence.pts
        frame.time_base = fractions.Fraction(1, rate)
        return frame


class Counter:
    """Decoded frames of every track: all of them, and of the video those that show something new."""

    def __init__(self):
        self.tracks = []

    def follow(self, track):
        counts = {"kind": track.kind, "frames": 0, "moving": 0, "loud": 0}
        self.tracks.append(counts)
        asyncio.ensure_future(self._count(track, counts))

    async def _count(self, track, counts):
        last = None
        while True:
            try:
                frame = await track.recv()
            except Exception:  # the track has ended
                return
            counts["frames"] += 1
            if track.kind == "audio":
                counts["loud"] += int(numpy.abs(frame.to_ndarray().astype(int)).max() > 1000)
                continue
            picture = frame.to_ndarray(format="gray").astype(int)
            if last is not None and last.shape == picture.shape:
                counts["moving"] += int(numpy.abs(picture - last).mean() > 1)
            last = picture


async def ended():
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


async def report(counter):
    while True:
        say(tracks=counter.tracks)
        await asyncio.sleep(0.2)


async def main(role, url, token=None):
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    counter = Counter()
    connection.on("track", counter.follow)
    connection.on("connectionstatechange", lambda: say(state=connection.connectionState))
    if role == "publish":
        connection.addTrack(MovingSquare())
        connection.addTrack(Tone())
    else:
        for kind in ("video", "video", "audio", "audio"):
            connection.addTransceiver(kind, direction="recvonly")
    await connection.setLocalDescription(await connection.createOffer())
    headers = {"Content-Type": "application/sdp"}
    if token:
        headers["Authorization"] = "Bearer " + token
    async with aiohttp.ClientSession() as session:
        async with session.post(url, data=connection.localDescription.sdp, headers=headers) as answer:
            text = await answer.text()
            if answer.status != 201:
                say(refused=answer.status, text=text)
                return
            location = str(answer.url.join(aiohttp.client.URL(answer.headers["Location"])))
        await connection.setRemoteDescription(RTCSessionDescription(text, "answer"))
        say(location=location)
        reporting = asyncio.ensure_future(report(counter))
        await ended()
        reporting.cancel()
        headers.pop("Content-Type")
        async with session.delete(location, headers=headers) as answer:
            say(deleted=answer.status)
    await connection.close()


asyncio.run(main(*sys.argv[1:]))
