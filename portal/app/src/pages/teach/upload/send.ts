// Sends bytes to S3 with a sign of how far it is. `fetch` cannot tell that, so this uses XMLHttpRequest.
import { Problem } from "../../../api/problem";
import { teach } from "../texts";

interface Sending {
  method: "POST" | "PUT";
  url: string;
  body: Blob | FormData;
  signal: AbortSignal;
  onBytes: (sent: number) => void;
}

/** Sends a request. Throws a `Problem` if S3 refuses it or nobody answers, and an AbortError if `signal` ends it. */
function send(sending: Sending): Promise<void> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const end = (error?: unknown) => {
      sending.signal.removeEventListener("abort", stop);
      if (error) fail(error);
      else done();
    };
    request.open(sending.method, sending.url);
    request.upload.onprogress = (event) => sending.onBytes(event.loaded);
    request.onload = () => {
      if (request.status < 300) end();
      else end(new Problem(request.status, reasonIn(request.responseText)));
    };
    request.onerror = () => end(new Problem(0, teach("upload.cut")));
    request.onabort = () => end(new DOMException("stopped", "AbortError"));
    sending.signal.addEventListener("abort", stop);
    if (sending.signal.aborted) stop();
    else request.send(sending.body);
  });
}

/** Why S3 refused a file, by its XML answer: a person can only mend a file of another size than was told. */
function reasonIn(answer: string): string {
  const isOtherSize = answer.includes("EntityTooLarge") || answer.includes("EntityTooSmall");
  return teach(isOtherSize ? "upload.changed" : "upload.refused");
}

/** Sends a whole file with the form that the API gave. */
export function sendForm(
  form: { url: string; fields: Record<string, string> },
  file: Blob,
  signal: AbortSignal,
  onBytes: (sent: number) => void,
): Promise<void> {
  const body = new FormData();
  for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
  body.append("file", file);
  return send({ method: "POST", url: form.url, body, signal, onBytes });
}

/** Sends one part to its URL. */
export function sendPart(
  url: string,
  part: Blob,
  signal: AbortSignal,
  onBytes: (sent: number) => void,
): Promise<void> {
  return send({ method: "PUT", url, body: part, signal, onBytes });
}
