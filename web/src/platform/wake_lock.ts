/** Keeps the screen on, as far as the browser allows; a phone that sleeps ends the call. Returns the undo. */
export function keepAwake(): () => void {
  if (!('wakeLock' in navigator)) return () => undefined;
  let lock: WakeLockSentinel | null = null;
  let over = false;
  const request = async () => {
    if (document.visibilityState !== 'visible') return;
    try {
      const granted = await navigator.wakeLock.request('screen');
      if (over) void granted.release();
      else lock = granted;
    } catch {
      // Refused at low battery: the call goes on, the screen may dim.
    }
  };
  // The browser lets go of the lock whenever the page is hidden.
  const again = () => void request();
  document.addEventListener('visibilitychange', again);
  void request();
  return () => {
    over = true;
    document.removeEventListener('visibilitychange', again);
    void lock?.release();
  };
}
