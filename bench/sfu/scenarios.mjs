// Loads, as arguments of vicino-load. `receivers`: how many peer connections receive.

// 300 packets of 1100 bytes a second.
const video = ["--bitrate", "2640000", "--packet-size", "1100"];

export const scenarios = {
  livestream: {
    title: "livestream 1 to 100, 300 packets/s of 1100 B",
    args: ["livestream", "--subscribers", "100", ...video],
    receivers: 100,
  },
  meeting: {
    title: "meetings, 10 rooms of 5, audio and video, all to all",
    args: ["meeting", "--rooms", "10", "--publishers", "5"],
    receivers: 50,
  },
  audio: {
    title: "audio 1 to 200",
    args: ["audio-room", "--subscribers", "200"],
    receivers: 200,
  },
  "livestream-default": {
    title: "livestream 1 to 100, SRTP as browsers offer it",
    args: ["livestream", "--subscribers", "100", ...video, "--default-srtp"],
    receivers: 100,
  },
};

/** The load of the capacity search: one publisher to so many. */
export const livestreamTo = (subscribers) => ({
  args: ["livestream", "--subscribers", String(subscribers), ...video],
  receivers: subscribers,
});
