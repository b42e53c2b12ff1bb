// What a test has started or made, released in reverse order when the test ends, passed or not.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// `context`: anything with after(): a test's context, or node:test itself for a whole file.
export function owner(context) {
  const releases = [];
  context.after(async () => {
    const failures = [];
    for (const release of releases.reverse()) {
      try {
        await release();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  });
  return {
    defer: (release) => releases.push(release),
    folder() {
      const path = mkdtempSync(join(tmpdir(), 'vicino-test-'));
      releases.push(() => rmSync(path, { recursive: true, force: true }));
      return path;
    },
  };
}
