/** Asks again and again until `condition` gives something truthy, and gives that. Throws what it was waiting for. */
export async function until(what, condition, timeout = 30_000) {
  const deadline = Date.now() + timeout;
  let problem = null;
  for (;;) {
    try {
      const result = await condition();
      if (result) return result;
    } catch (error) {
      problem = error;
    }
    if (Date.now() > deadline) throw new Error(`${what} did not happen in ${timeout / 1000} s`, { cause: problem });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
