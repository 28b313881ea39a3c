// Seals a text with a secret: HMAC with SHA-256 (RFC 2104, FIPS 180-4). The browser's own one answers later, and a page
// that is closed has no later.

const BLOCK = 64; // bytes that SHA-256 takes at a time

/** The seal of a text, as 64 hexadecimal digits. Who does not know the secret cannot make it. */
export function sealOf(secret: string, text: string): string {
  const bytes = (from: string) => new TextEncoder().encode(from);
  const given = bytes(secret);
  const key = new Uint8Array(BLOCK);
  key.set(given.length > BLOCK ? sha256(given) : given);
  const padded = (pad: number) => key.map((each) => each ^ pad);
  const inner = sha256(join(padded(0x36), bytes(text)));
  return Array.from(sha256(join(padded(0x5c), inner)), (each) => each.toString(16).padStart(2, "0")).join("");
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

// The first 32 bits behind the point of the roots of the first primes, which the standard takes as its constants.
const PRIMES = primes(64);
const bits = (root: number) => (root - Math.floor(root)) * 2 ** 32;
const START = PRIMES.slice(0, 8).map((each) => bits(Math.sqrt(each)));
const ROUNDS = Uint32Array.from(PRIMES, (each) => bits(Math.cbrt(each)));

function primes(count: number): number[] {
  const found: number[] = [];
  for (let next = 2; found.length < count; next += 1)
    if (found.every((each) => next % each !== 0)) found.push(next);
  return found;
}

const turn = (word: number, by: number) => (word >>> by) | (word << (32 - by));

/** The SHA-256 of bytes. */
export function sha256(message: Uint8Array): Uint8Array {
  const size = Math.ceil((message.length + 9) / BLOCK) * BLOCK;
  const padded = new DataView(new ArrayBuffer(size));
  new Uint8Array(padded.buffer).set(message);
  padded.setUint8(message.length, 0x80);
  padded.setBigUint64(size - 8, BigInt(message.length) * 8n);
  const state = Uint32Array.from(START);
  for (let start = 0; start < size; start += BLOCK) mix(state, padded, start);
  const result = new DataView(new ArrayBuffer(32));
  state.forEach((word, place) => {
    result.setUint32(place * 4, word);
  });
  return new Uint8Array(result.buffer);
}

function mix(state: Uint32Array, message: DataView, start: number): void {
  const words = new Uint32Array(64);
  for (let at = 0; at < 64; at += 1)
    words[at] = at < 16 ? message.getUint32(start + at * 4) : later(words, at);
  let [a, b, c, d, e, f, g, h] = state as unknown as Eight;
  for (let at = 0; at < 64; at += 1) {
    const one = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const first = (h + one + ((e & f) ^ (~e & g)) + (ROUNDS[at] as number) + (words[at] as number)) | 0;
    const zero = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const second = (zero + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((each, at) => {
    state[at] = (state[at] as number) + each;
  });
}

type Eight = [number, number, number, number, number, number, number, number];

function later(words: Uint32Array, at: number): number {
  const [far, near] = [words[at - 15] as number, words[at - 2] as number];
  const zero = turn(far, 7) ^ turn(far, 18) ^ (far >>> 3);
  const one = turn(near, 17) ^ turn(near, 19) ^ (near >>> 10);
  return (words[at - 16] as number) + zero + (words[at - 7] as number) + one;
}
