// Waiting for something to become true. Tests never sleep: they poll with a deadline.

const interval = 50; // milliseconds

// Calls `probe` until it returns something true, which is returned. Throws after `timeout`
// milliseconds, naming `what` was waited for and what the last probe returned or threw.
export async function until(probe, what, timeout = 20_000) {
  const deadline = Date.now() + timeout;
  for (;;) {
    let last;
    try {
      last = await probe();
      if (last) return last;
    } catch (error) {
      if (error.final) throw error;
      last = error.message;
    }
    if (Date.now() >= deadline) {
      throw new Error(`not within ${timeout / 1000} s: ${what} (last: ${JSON.stringify(last)})`);
    }
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
}

// An error that ends until() at once: waiting can't help any more.
export function final(message) {
  return Object.assign(new Error(message), { final: true });
}
