// Which addresses of an article are used. Rules without a page.

/** The address of a link; null for one that must not be opened, as `javascript:`. */
export function linkAddress(written: string, base: string): string | null {
  const url = parsed(written, base);
  return url && ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
}

/** The address of a picture; null for one that another server would have to send: it would learn who reads. */
export function pictureAddress(written: string, base: string): string | null {
  const url = parsed(written, base);
  return url && url.origin === new URL(base).origin ? url.href : null;
}

function parsed(written: string, base: string): URL | null {
  try {
    return new URL(written, base);
  } catch {
    return null;
  }
}
