/* 照片的拍摄信息：从原照片里整块取出，缩小以后放回去；里面的位置读出来给人看。 */
const ORIENTATION = 0x0112, SHOT = 0x8769, GPS = 0x8825, ODDS = 0xa005;
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
const HEAD = 256 * 1024, LONGEST = 65000, MOST_ENTRIES = 400;

/** 从 "Exif\0\0" 和 TIFF 的开头认起：JPEG、HEIC、WebP 里都这样写；JPEG 的只在开头找。 */
function startOf(bytes) {
  const end = Math.min(bytes.length, bytes[0] === 0xff ? HEAD : bytes.length) - 14;
  for (let at = 0; at < end; at += 1) {
    if (bytes[at] !== 0x45 || bytes[at + 1] !== 0x78 || bytes[at + 2] !== 0x69 || bytes[at + 3] !== 0x66) continue;
    const order = bytes[at + 6];
    const isTiff = (order === 0x49 || order === 0x4d) && bytes[at + 7] === order;
    if (bytes[at + 4] === 0 && bytes[at + 5] === 0 && isTiff) return at + 6;
  }
  return -1;
}

function reader(bytes, start) {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  const little = view.getUint8(0) === 0x49;
  return {
    view, little,
    short: (at) => view.getUint16(at, little),
    long: (at) => view.getUint32(at, little),
    rational: (at) => view.getUint32(at, little) / view.getUint32(at + 4, little),
  };
}

/** 一个目录的各项：号 → {at 这一项在哪里, from 值在哪里, count}；end 是值写到哪里为止。 */
function directory(tiff, at) {
  const entries = {}, count = Math.min(tiff.short(at), MOST_ENTRIES);
  let end = at + 2 + count * 12 + 4;
  for (let number = 0; number < count; number += 1) {
    const entry = at + 2 + number * 12, many = tiff.long(entry + 4);
    const size = (SIZES[tiff.short(entry + 2)] || 1) * many;
    const from = size > 4 ? tiff.long(entry + 8) : entry + 8;
    entries[tiff.short(entry)] = { at: entry, from, count: many };
    end = Math.max(end, from + size);
  }
  return { entries, end, next: at + 2 + count * 12 };
}

/** 原照片的字节 → 只有拍摄信息的一块（TIFF，方向改成正的，去掉里面的小图）；没有、坏了的是 null。 */
export function exifOf(bytes) {
  const start = startOf(bytes);
  if (start < 0) return null;
  try {
    const tiff = reader(bytes, start), first = directory(tiff, tiff.long(4));
    let end = first.end;
    for (const tag of [SHOT, GPS]) {
      if (!first.entries[tag]) continue;
      const inner = directory(tiff, tiff.long(first.entries[tag].from));
      end = Math.max(end, inner.end);
      if (inner.entries[ODDS]) end = Math.max(end, directory(tiff, tiff.long(inner.entries[ODDS].from)).end);
    }
    if (end > LONGEST || start + end > bytes.length) return null;
    const kept = bytes.slice(start, start + end), view = new DataView(kept.buffer);
    view.setUint32(first.next, 0, tiff.little);
    if (first.entries[ORIENTATION]) view.setUint16(first.entries[ORIENTATION].from, 1, tiff.little);
    return kept;
  } catch (error) {
    return null;
  }
}

/** 有拍摄信息、却没能整块取出的（太长、写坏了）：缩小会把它丢了。 */
export const isStuck = (bytes, exif) => !exif && startOf(bytes) >= 0;

/** 拍摄信息里的位置：[经度, 纬度]；没有的是 null。 */
export function placeOf(exif) {
  try {
    const tiff = reader(exif, 0), pointer = directory(tiff, tiff.long(4)).entries[GPS];
    const gps = directory(tiff, tiff.long(pointer.from)).entries;
    const degrees = (value, ref, back) => {
      const parts = [0, 1, 2].map((n) => tiff.rational(gps[value].from + n * 8) || 0);
      const sign = String.fromCharCode(tiff.view.getUint8(gps[ref].from)) === back ? -1 : 1;
      return sign * (parts[0] + parts[1] / 60 + parts[2] / 3600);
    };
    const place = [degrees(4, 3, "W"), degrees(2, 1, "S")];
    return place.every(Number.isFinite) && (place[0] || place[1]) ? place : null;
  } catch (error) {
    return null;
  }
}

/** JPEG 的字节，把拍摄信息放回开头。 */
export function withExif(jpeg, exif) {
  if (!exif) return jpeg;
  const head = new Uint8Array(10 + exif.length), size = exif.length + 8;
  head.set([0xff, 0xe1, size >> 8, size & 0xff, 0x45, 0x78, 0x69, 0x66, 0, 0]);
  head.set(exif, 10);
  const whole = new Uint8Array(jpeg.length + head.length);
  whole.set(jpeg.subarray(0, 2));
  whole.set(head, 2);
  whole.set(jpeg.subarray(2), 2 + head.length);
  return whole;
}
