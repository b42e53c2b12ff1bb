// What the benchmarks in JavaScript share; measures as main.cpp does.

export const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

const patience = 1500; // milliseconds for each operation and size

/** Calls `operation` with the number of the call until time or calls are used up, and prints the median. */
export function measure(implementation) {
  return async (operation, members, most, run) => {
    const microseconds = [];
    const end = performance.now() + patience;
    while (microseconds.length < most && (microseconds.length < 3 || performance.now() < end)) {
      const start = performance.now();
      await run(microseconds.length);
      microseconds.push((performance.now() - start) * 1000);
    }
    microseconds.sort((a, b) => a - b);
    const median_us = Math.round(microseconds[microseconds.length >> 1] * 10) / 10;
    console.log(JSON.stringify({ implementation, operation, members, median_us, count: microseconds.length }));
  };
}
