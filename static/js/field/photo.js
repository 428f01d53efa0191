/* 选好的一张照片、一份文件：在手机上转正、缩小，带着原照片的拍摄信息和校验值。 */
import { exifOf, isStuck, placeOf, withExif } from "./exif.js";
import { sha256 } from "./sha256.js";

const QUALITIES = [0.8, 0.7, 0.6, 0.5]; // 庄稼地的照片细处多：还大就再压一点
const SMALL_ENOUGH = 400 * 1024, THUMB = 96;
const HEIC = /hei[cf]$/i; // 服务器不一定读得了，总要转成 JPEG
const PHOTO = /\.(?:jpe?g|png|webp|hei[cf])$/i;

export const isPhoto = (file) => file.type.startsWith("image/") || PHOTO.test(file.name);

/** 解开的图（已经转正）；这个浏览器解不开的是 null。 */
async function decoded(blob) {
  try {
    return await createImageBitmap(blob);
  } catch (error) {
    return null;
  }
}

function drawn(picture, side) {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Blob.arrayBuffer 要 iOS 14 才有。 */
const bytesOf = async (blob) => new Uint8Array(await new Response(blob).arrayBuffer());

async function jpegOf(canvas) {
  let blob = null;
  for (const quality of QUALITIES) {
    blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (!blob || blob.size <= SMALL_ENOUGH) break;
  }
  return blob && bytesOf(blob);
}

/** 缩小了的字节；不用缩、缩不了、缩了反而大的是 null。 */
async function shrunk(file, bytes, exif, side) {
  if (!side || !isPhoto(file)) return null;
  if (isStuck(bytes, exif) && !HEIC.test(file.type || file.name)) return null;
  const picture = await decoded(file);
  if (!picture) return null;
  const isFine = Math.max(picture.width, picture.height) <= side && bytes.length <= SMALL_ENOUGH;
  const jpeg = isFine && bytes[0] === 0xff ? null : await jpegOf(drawn(picture, side));
  picture.close();
  const small = jpeg && withExif(jpeg, exif);
  return small && small.length < bytes.length ? small : null;
}

/** 一个 File → 存进小库的一行；side 是缩到长边多少像素，0 是传原照片。 */
export async function prepared(file, side) {
  const bytes = await bytesOf(file);
  const exif = isPhoto(file) ? exifOf(bytes) : null;
  const small = await shrunk(file, bytes, exif, side), sent = small || bytes;
  return {
    sha256: sha256(bytes), name: file.name, is_photo: isPhoto(file), original_size: bytes.length,
    bytes: sent.buffer.slice(sent.byteOffset, sent.byteOffset + sent.length),
    place: exif && placeOf(exif), state: "待传", said: "",
  };
}

/** 照片的小图，画在 canvas 上；不是照片、解不开的是 null。 */
export async function thumb(row) {
  const picture = row.is_photo && (await decoded(new Blob([row.bytes])));
  if (!picture) return null;
  const canvas = drawn(picture, THUMB);
  picture.close();
  return canvas;
}
