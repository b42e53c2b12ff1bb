// What a browser has counted of what it receives, and what that means between two looks.

/**
 * From now on freezes are counted in a page whose browser doesn't count them: as those do that do (webrtc-stats,
 * freezeCount), by the times at which pictures are shown.
 */
export function countFreezes(page) {
  return page.evaluate(() => {
    const sums = (globalThis.shownFreezes = { count: 0, seconds: 0 });
    const watched = new Set();
    const watch = (video) => {
      const between = []; // of the last 30 pictures, ms
      let last;
      const shown = (now) => {
        const time = now - (last ?? now);
        const usual = between.reduce((sum, ms) => sum + ms, 0) / between.length;
        if (between.length > 4 && time > Math.max(3 * usual, usual + 150)) {
          sums.count += 1;
          sums.seconds += time / 1000;
        }
        if (last !== undefined) between.push(time);
        if (between.length > 30) between.shift();
        last = now;
        video.requestVideoFrameCallback(shown);
      };
      video.requestVideoFrameCallback(shown);
    };
    const look = () => {
      const tracks = new Set(globalThis.peerConnections.flatMap((c) => c.getReceivers()).map(({ track }) => track.id));
      for (const video of document.querySelectorAll("video")) {
        if (watched.has(video) || !video.srcObject?.getVideoTracks().some(({ id }) => tracks.has(id))) continue;
        watched.add(video);
        watch(video);
      }
    };
    look();
    setInterval(look, 250);
  });
}

/** Sums over all receive slots; `pictures` that come. */
export function count(page) {
  return page.evaluate(async () => {
    const sums = { at: performance.now(), frames: 0, freezes: 0, frozen: 0, samples: 0, concealed: 0, fec: 0, packets: 0, lost: 0, bytes: 0 };
    const connection = globalThis.peerConnections.findLast((c) => c.connectionState !== "closed");
    let counted = false;
    for (const r of (await connection.getStats()).values()) {
      if (r.type !== "inbound-rtp") continue;
      sums.packets += r.packetsReceived ?? 0;
      sums.lost += r.packetsLost ?? 0;
      sums.bytes += (r.bytesReceived ?? 0) + (r.headerBytesReceived ?? 0);
      if (r.kind === "video") {
        sums.frames += r.framesDecoded ?? 0;
        counted ||= r.freezeCount !== undefined;
        sums.freezes += r.freezeCount ?? 0;
        sums.frozen += r.totalFreezesDuration ?? 0;
      } else {
        sums.samples += r.totalSamplesReceived ?? 0;
        sums.concealed += (r.concealedSamples ?? 0) - (r.silentConcealedSamples ?? 0);
        sums.fec += r.fecPacketsReceived ?? 0;
      }
    }
    if (counted) return sums;
    return { ...sums, freezes: globalThis.shownFreezes.count, frozen: globalThis.shownFreezes.seconds };
  });
}

const rounded = (value, digits) => Number(value.toFixed(digits));

/** `people`: whose pictures and voices should come. */
export function between(before, now, people) {
  const grown = Object.fromEntries(Object.keys(before).map((key) => [key, now[key] - before[key]]));
  const seconds = grown.at / 1000;
  return {
    seconds: rounded(seconds, 1),
    frames_per_second: rounded(grown.frames / seconds / people, 1),
    freezes: grown.freezes,
    frozen_percent: rounded((100 * grown.frozen) / seconds / people, 2),
    concealed_percent: grown.samples > 0 ? rounded((100 * Math.max(0, grown.concealed)) / grown.samples, 2) : null,
    fec_packets: grown.fec,
    lost_percent: rounded((100 * Math.max(0, grown.lost)) / Math.max(1, grown.lost + grown.packets), 2),
    kbit_per_second: rounded((grown.bytes * 8) / 1000 / seconds, 0),
  };
}
