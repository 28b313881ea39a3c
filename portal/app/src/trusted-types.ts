// The one policy of Trusted Types: the only script address that code makes is that of the worker that reads PDFs.

interface Policy {
  createScriptURL(address: string): unknown;
}
interface Factory {
  createPolicy(name: string, rules: { createScriptURL: (address: string) => string }): Policy;
}

function own(address: string): string {
  const url = new URL(address, location.origin);
  if (url.origin !== location.origin) throw new TypeError(`not a script of the portal: ${address}`);
  return url.href;
}

const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
const policy = factory?.createPolicy("portal", { createScriptURL: own });

/** A worker from one of the portal's own files. */
export function ownWorker(address: string): Worker {
  const script = policy ? policy.createScriptURL(address) : own(address);
  return new Worker(script as string, { type: "module" });
}
