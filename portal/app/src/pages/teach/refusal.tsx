// Why a file was refused: the sentence of its code in the language of the page, and the exact one of the API.
import { Original } from "../../parts/notes";
import { teach } from "./texts";

const CODES = [
  "captions-empty",
  "captions-encoding",
  "captions-format",
  "captions-time",
  "captions-too-many",
  "compression-unknown",
  "damaged",
  "encrypted",
  "entry-page-missing",
  "file-type-refused",
  "manifest-invalid",
  "name-not-allowed",
  "names-collide",
  "no-article",
  "no-entry-page",
  "not-a-zip",
  "not-in-article",
  "path-traversal",
  "ratio-too-high",
  "special-file",
  "symbolic-link",
  "too-large",
  "too-many-files",
] as const;

/** Codes of which the API's sentence says no more. */
const BARE: ReadonlySet<string | undefined> = new Set(["captions-empty", "captions-format", "encrypted"]);

/** The sentence of the code, and below it the exact one of the API, which names the place in the file. */
export function Refusal(props: { code: string | undefined; detail: string | undefined }) {
  const code = CODES.find((each) => each === props.code);
  return (
    <>
      {code && <p>{teach(`refusal.${code}`)}</p>}
      {!BARE.has(code) && <Original text={props.detail} />}
    </>
  );
}
