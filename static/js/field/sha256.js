/* SHA-256（FIPS 180-4）：没有 https 的地方浏览器不给 crypto.subtle，照片一样要认得出。 */
const ROUND = [], START = [];
const fraction = (number) => ((number - Math.floor(number)) * 0x100000000) | 0;
for (let candidate = 2; ROUND.length < 64; candidate += 1) {
  let isPrime = true;
  for (let factor = 2; factor * factor <= candidate; factor += 1) if (candidate % factor === 0) isPrime = false;
  if (!isPrime) continue;
  if (START.length < 8) START.push(fraction(Math.sqrt(candidate)));
  ROUND.push(fraction(Math.cbrt(candidate)));
}
const turned = (word, bits) => (word >>> bits) | (word << (32 - bits));

function block(state, words) {
  for (let at = 16; at < 64; at += 1) {
    const early = words[at - 15], late = words[at - 2];
    const low = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
    const high = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
    words[at] = (words[at - 16] + low + words[at - 7] + high) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let at = 0; at < 64; at += 1) {
    const choice = (e & f) ^ (~e & g), most = (a & b) ^ (a & c) ^ (b & c);
    const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + choice + ROUND[at] + words[at]) | 0;
    const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + most) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, at) => { state[at] = (state[at] + word) | 0; });
}

/** 一段字节（Uint8Array）→ 64 个十六进制字。 */
export function sha256(bytes) {
  const state = START.slice(), words = new Int32Array(64);
  const tail = new Uint8Array(bytes.length % 64 < 56 ? 64 : 128), whole = bytes.length - (bytes.length % 64);
  tail.set(bytes.subarray(whole));
  tail[bytes.length % 64] = 0x80;
  const end = new DataView(tail.buffer);
  end.setUint32(tail.length - 8, Math.floor(bytes.length / 0x20000000));
  end.setUint32(tail.length - 4, (bytes.length << 3) >>> 0);
  const each = (view, from, to) => {
    for (let start = from; start < to; start += 64) {
      for (let at = 0; at < 16; at += 1) words[at] = view.getInt32(start + at * 4);
      block(state, words);
    }
  };
  each(new DataView(bytes.buffer, bytes.byteOffset, whole), 0, whole);
  each(end, 0, tail.length);
  return state.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
