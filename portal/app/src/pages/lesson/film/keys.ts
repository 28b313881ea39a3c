// The keys of a film, as people know them from other players.

const STEP_SECONDS = 10;

/** Does what a key means for the film; `captions` turns those on and off. Keys of fields and of the browser stay theirs. */
export function onKey(event: KeyboardEvent, film: HTMLVideoElement, captions: () => void): void {
  const isField =
    event.target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (isField || event.ctrlKey || event.metaKey || event.altKey) return;
  const work = actionOf(event.key.toLowerCase(), film, captions);
  if (!work) return;
  event.preventDefault();
  work();
}

function actionOf(key: string, film: HTMLVideoElement, captions: () => void): (() => void) | null {
  switch (key) {
    case "k":
      return () => void (film.paused ? film.play() : film.pause());
    case "j":
      return () => {
        film.currentTime = Math.max(0, film.currentTime - STEP_SECONDS);
      };
    case "l":
      return () => {
        film.currentTime = Math.min(film.duration || 0, film.currentTime + STEP_SECONDS);
      };
    case "m":
      return () => {
        film.muted = !film.muted;
      };
    case "c":
      return captions;
    case "f":
      return () => void (document.fullscreenElement ? document.exitFullscreen() : film.requestFullscreen());
    default:
      return null;
  }
}
