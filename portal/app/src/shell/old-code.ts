// A page that was opened before a deployment asks for code that is not there any more: it is loaded again, once.

const RELOADED = "education.reloaded"; // of the session storage: when that was, in milliseconds since 1970
const ONCE_PER_MS = 60_000;

/** Whether a page that cannot load a part of its code is loaded again, by the time when that was done last. */
export function shouldReload(last: number, now: number, isOnline: boolean): boolean {
  return isOnline && now - last > ONCE_PER_MS;
}

/** Watches for it. Without a network, or a second time, the page itself says that something cannot be loaded. */
export function watchForOldCode(): void {
  addEventListener("vite:preloadError", (event) => {
    const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
    if (!shouldReload(last, Date.now(), navigator.onLine)) return;
    event.preventDefault();
    sessionStorage.setItem(RELOADED, String(Date.now()));
    location.reload();
  });
}
