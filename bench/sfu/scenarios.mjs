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
  storm: {
    title: "livestream 1 to 100 while 500 more join",
    args: ["livestream", "--subscribers", "100", ...video, "--storm", "500"],
    receivers: 100,
  },
  "livestream-default": {
    title: "livestream 1 to 100, SRTP as browsers offer it",
    args: ["livestream", "--subscribers", "100", ...video, "--default-srtp"],
    receivers: 100,
  },
};

/**
 * The load of the capacity search: so many rooms of one publisher to a hundred. One room that grew instead would be bound by
 * how long a single frame takes to send to all: 2 ms, the delay allowed, are 600 receivers, whatever the core could carry.
 */
export const livestreams = (rooms) => ({
  args: ["livestream", "--rooms", String(rooms), "--subscribers", "100", ...video],
  receivers: rooms * 100,
});

/** One room that spreads over the server's workers. */
export const crowd = (receivers) => ({
  args: ["livestream", "--subscribers", String(receivers), "--bitrate", "600000"],
  receivers,
  workers: 2,
});

/** Joins and leaves without end, beside thirty who stay. */
export const comingAndGoing = {
  args: ["livestream", "--subscribers", "30", "--bitrate", "600000", "--storm", "40", "--churn", "--ramp", "20", "--interval", "30"],
  receivers: 30,
};
