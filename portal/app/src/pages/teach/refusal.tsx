// Why a file was refused: the sentence of its code in the reader's language, and the exact one of the API.
import { readsApi } from "../../api/explain";
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
  "no-entry-page",
  "not-a-zip",
  "path-traversal",
  "ratio-too-high",
  "special-file",
  "symbolic-link",
  "too-large",
  "too-many-files",
] as const;

/** The sentence, and for readers of other languages than English the API's own one below it: it names the place. */
export function Refusal(props: { code: string | undefined; detail: string | undefined }) {
  const code = CODES.find((each) => each === props.code);
  if (readsApi() || !code) return <p>{props.detail ?? (code && teach(`refusal.${code}`))}</p>;
  return (
    <>
      <p>{teach(`refusal.${code}`)}</p>
      <Original text={props.detail} />
    </>
  );
}
