// The captions of one film: what is chosen below the picture, by the key, or in the browser's own menu.
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { choice } from "../../../texts/language";
import { afterKey, firstCaptions, keepCaptions, keptCaptions, OFF } from "./captions";

/** The captions: `shown` is a language or `OFF`. */
export interface Captions {
  shown: string;
  choose: (language: string) => void;
  /** What the key of captions does. */
  toggle: () => void;
}

/** Keeps the choice and what the film shows the same. `languages` are those that the film has. */
export function useCaptions(
  element: RefObject<HTMLVideoElement | null>,
  languages: readonly string[],
): Captions {
  const page = choice.value.form;
  const [shown, setShown] = useState(() => firstCaptions(languages, page, keptCaptions()));
  useEffect(() => {
    const tracks = element.current?.textTracks;
    if (!tracks) return;
    for (const each of tracks) each.mode = each.language === shown ? "showing" : "disabled";
    const changed = () => {
      const now = [...tracks].find((each) => each.mode === "showing")?.language ?? OFF;
      if (now === shown) return;
      keepCaptions(now);
      setShown(now);
    };
    tracks.addEventListener("change", changed);
    return () => tracks.removeEventListener("change", changed);
  }, [element, shown, languages.length]);
  const choose = (language: string) => {
    if (languages.length === 0) return;
    keepCaptions(language);
    setShown(language);
  };
  return { shown, choose, toggle: () => choose(afterKey(shown, languages, page)) };
}
