/* 地上的远近：人在不在图斑里、离边线多远；没有网络时也说得出。图形是一圈圈的 [经度, 纬度]。 */
const METRES = 111320; // 一度纬度

function flat(place, centre) {
  return [(place[0] - centre[0]) * METRES * Math.cos((centre[1] * Math.PI) / 180), (place[1] - centre[1]) * METRES];
}

/** 两处之间多少米。 */
export const between = (one, two) => Math.hypot(...flat(two, one));

function toSegment([x1, y1], [x2, y2]) {
  const dx = x2 - x1, dy = y2 - y1, length = dx * dx + dy * dy;
  const along = length ? Math.min(1, Math.max(0, -(x1 * dx + y1 * dy) / length)) : 0;
  return Math.hypot(x1 + along * dx, y1 + along * dy);
}

/** 一处离图形的边多少米；在里面的是 0。 */
export function distance(place, rings) {
  let nearest = Infinity, isInside = false;
  for (const ring of rings) {
    const points = ring.map((point) => flat(point, place));
    for (let at = 1; at < points.length; at += 1) {
      const one = points[at - 1], two = points[at];
      nearest = Math.min(nearest, toSegment(one, two));
      const crosses = one[1] > 0 !== two[1] > 0;
      if (crosses && (two[0] - one[0]) * -one[1] / (two[1] - one[1]) + one[0] > 0) isInside = !isInside;
    }
  }
  return isInside ? 0 : nearest;
}

export function farText(metres) {
  const rounded = Math.max(10, Math.round(metres / 10) * 10); // 手机的位置准不到一米
  return rounded < 1000 ? `${rounded} 米` : `${(metres / 1000).toFixed(1)} 公里`;
}

/** 手机现在在哪里：[经度, 纬度, 精度米]；不是 https、不许、定不上的是 null。 */
export function whereNow() {
  return new Promise((resolve) => {
    if (!window.isSecureContext || !navigator.geolocation) {
      resolve(null);
      return;
    }
    const found = ({ coords }) => resolve([coords.longitude, coords.latitude, Math.round(coords.accuracy)]);
    const options = { enableHighAccuracy: true, timeout: 10000, maximumAge: 15000 };
    navigator.geolocation.getCurrentPosition(found, () => resolve(null), options);
  });
}
