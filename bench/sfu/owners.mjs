// Whatever is started or made is undone in reverse order, also after a failure and on Ctrl-C.
import { owner } from "../../tests/lib/owner.mjs";

const open = new Set(); // releases that are to come

/** Calls `use` with an owner of its own, which ends with it. */
export async function owning(use) {
  let release;
  const own = owner({ after: (f) => (release = f) });
  const once = { done: null };
  const end = () => (once.done ??= release());
  open.add(end);
  try {
    return await use(own);
  } finally {
    await end();
    open.delete(end);
  }
}

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]]) {
  process.once(signal, async () => {
    for (const end of [...open].reverse()) {
      try {
        await end();
      } catch (error) {
        console.error(error.message);
      }
    }
    process.exit(code);
  });
}
