// The frame in which the pages of a package run, one at a time.

/** What pages may do that run in an origin of their own. No popups and no downloads: both carry data to other hosts. */
export const OWN_ORIGIN = "allow-scripts allow-forms allow-modals";
/** What web pages and H5P may do that need storage. They share the player's origin, and still open no windows. */
export const STORAGE_ORIGIN = `${OWN_ORIGIN} allow-same-origin`;
/** SCORM finds its run-time in the window around it, so it runs in the player's own origin. */
export const SHARED_ORIGIN =
  "allow-scripts allow-forms allow-modals allow-popups allow-downloads allow-same-origin";

const EMPTY = "about:blank";
/** How long pages that are left may take to send their last values, in milliseconds. */
const LEAVING = 2000;

/** A frame in the page, which loads pages and empties itself again. */
export class Stage {
  readonly frame: HTMLIFrameElement;
  private empty = true;

  constructor(
    private readonly parent: HTMLElement,
    sandbox: string,
    title: string,
  ) {
    this.frame = document.createElement("iframe");
    this.frame.setAttribute("sandbox", sandbox);
    this.frame.allow = "fullscreen; unload";
    this.frame.title = title;
    parent.append(this.frame);
  }

  /** Show a page. `loaded` is called when it has loaded, unless another one is shown by then. */
  show(address: string, title: string, loaded: () => void = () => {}): void {
    this.frame.title = title;
    this.empty = false;
    this.frame.onload = loaded;
    this.frame.src = address;
  }

  /** Take the page away. One of the player's own origin is unloaded, and has had its last word, when this returns. */
  drop(): void {
    this.frame.onload = null;
    // To take a frame away unloads its pages, but asks none of them before.
    if (this.frame.contentWindow) announceEnd(this.frame.contentWindow);
    this.empty = true;
    this.frame.remove();
  }

  /** Have a place for a page again. */
  restore(): void {
    this.frame.removeAttribute("src");
    this.parent.append(this.frame);
  }

  /** Leave the page, and wait until it has had its last word. */
  async clear(): Promise<void> {
    if (this.empty) return;
    this.empty = true;
    await new Promise<void>((done) => {
      this.frame.onload = () => done();
      setTimeout(done, LEAVING);
      this.frame.src = EMPTY;
    });
    this.frame.onload = null;
  }
}

/** What the browser says to pages that it is going to close, to a window and the frames in it. */
function announceEnd(window: Window): void {
  try {
    window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
    for (let place = 0; place < window.length; place += 1) announceEnd(window[place] as Window);
  } catch {
    // A page of another origin cannot be told, and needs not.
  }
}
