// The settings of this portal, read once from /config.json before anything is drawn.
import type { PortalConfig } from "../../shared/config";

let loaded: PortalConfig | undefined;

/** Reads the settings. Throws if they cannot be read. */
export async function loadConfig(): Promise<PortalConfig> {
  const answer = await fetch("/config.json", { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`config.json: ${answer.status}`);
  loaded = (await answer.json()) as PortalConfig;
  return loaded;
}

/** The settings. They are there as soon as a page is drawn. */
export function config(): PortalConfig {
  if (!loaded) throw new Error("the settings are not loaded");
  return loaded;
}
