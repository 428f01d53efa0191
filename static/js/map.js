/* 两张地图共用的：各种状态画成什么样，地图怎么打开。 */
// 颜色、图案、字三样都不同，分不清颜色、黑白打印也认得出。
export const STATES = {
  PENDING: { ink: "--grey", fill: "plain", letter: "待", tag: "tag-none" },
  UNDERWAY: { ink: "--sky", fill: "slant", letter: "整", tag: "tag-info" },
  RETURNED: { ink: "--wheat", fill: "cross", dash: [5, 3], letter: "退", tag: "tag-risk" },
  AWAITING: { ink: "--sky", fill: "dots", letter: "核", tag: "tag-info" },
  CLOSED: { ink: "--field", fill: "solid", letter: "销", tag: "tag-done" },
  EXEMPT: { ink: "--field", fill: "upright", letter: "无", tag: "tag-done" },
  DEFERRED: { ink: "--grey", fill: "sparse", dash: [2, 3], letter: "缓", tag: "tag-none" },
  CARRIED: { ink: "--grey", fill: "upright", dash: [2, 3], letter: "转", tag: "tag-none" },
  REMOVED: { ink: "--grey", fill: "cross", dash: [2, 3], letter: "移", tag: "tag-none" },
};
// 8×8 的一小块里画几条线（从哪里到哪里）、几个点（在哪里、多大）。
const SLANT = [[-8, 8, 0, 0], [0, 8, 8, 0], [8, 8, 16, 0]];
const LINES = {
  slant: SLANT,
  cross: [...SLANT, [-8, 0, 0, 8], [0, 0, 8, 8], [8, 0, 16, 8]],
  upright: [[2, 0, 2, 8], [6, 0, 6, 8]],
};
const DOTS = { dots: [[0, 0, 2.5], [4, 4, 2.5]], sparse: [[3, 3, 2]] };
const LETTER_PX = 24;
const css = getComputedStyle(document.documentElement);
export const colour = (name) => css.getPropertyValue(name).trim();
const patterns = {};

/** 一种状态的填充：画布上的图案。 */
function pattern(status) {
  if (patterns[status]) return patterns[status];
  const { ink, fill } = STATES[status];
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  pen.globalAlpha = fill === "solid" ? 0.8 : 0.16;
  pen.fillStyle = pen.strokeStyle = colour(ink);
  pen.fillRect(0, 0, 8, 8);
  pen.globalAlpha = 0.9;
  pen.lineWidth = 1.4;
  pen.beginPath();
  for (const [fromX, fromY, toX, toY] of LINES[fill] || []) {
    pen.moveTo(fromX, fromY);
    pen.lineTo(toX, toY);
  }
  pen.stroke();
  for (const [x, y, size] of DOTS[fill] || []) pen.fillRect(x, y, size, size);
  patterns[status] = pen.createPattern(tile, "repeat");
  return patterns[status];
}

export function style(status, late) {
  const state = STATES[status];
  return {
    color: late ? colour("--brick") : colour(state.ink),
    weight: late ? 4 : 2,
    opacity: 1,
    dashArray: !late && state.dash ? state.dash : null,
    fill: true,
    fillColor: pattern(status),
    fillOpacity: 1,
  };
}

/** 字写在图斑中间；画得太小就不写。 */
function write(pen, letter, x, y, size) {
  pen.save();
  pen.globalAlpha = 1;
  pen.setLineDash([]);
  pen.font = `600 ${size}px ${css.fontFamily || "sans-serif"}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineWidth = 3;
  pen.strokeStyle = colour("--card");
  pen.strokeText(letter, x, y);
  pen.fillStyle = colour("--ink");
  pen.fillText(letter, x, y);
  pen.restore();
}

const Area = L.Polygon.extend({
  _updatePath() {
    L.Polygon.prototype._updatePath.call(this);
    const box = this._pxBounds, renderer = this._renderer;
    if (!renderer._drawing || !box || !box.min || !this._parts.length) return;
    const size = box.getSize();
    if (Math.min(size.x, size.y) < LETTER_PX) return;
    const middle = this._rawPxBounds.getCenter();
    write(renderer._ctx, STATES[this.options.status].letter, middle.x, middle.y, 14);
  },
});

/** GeoJSON 的图形 → Leaflet 的图层；点是太小的面。 */
export function layer(geometry, status, late) {
  const options = { ...style(status, late), status };
  if (geometry.type === "Point") {
    const at = L.GeoJSON.coordsToLatLng(geometry.coordinates);
    return L.circleMarker(at, { ...options, radius: 4, weight: late ? 3 : 1.5 });
  }
  const depth = geometry.type === "MultiPolygon" ? 2 : 1;
  return new Area(L.GeoJSON.coordsToLatLngs(geometry.coordinates, depth), options);
}

export function swatch(canvas) {
  const pen = canvas.getContext("2d"), { status, late } = canvas.dataset, look = style(status, Boolean(late));
  pen.scale(2, 2);
  pen.fillStyle = look.fillColor;
  pen.strokeStyle = look.color;
  pen.lineWidth = look.weight;
  if (look.dashArray) pen.setLineDash(look.dashArray);
  pen.fillRect(2, 2, 46, 20);
  pen.strokeRect(2, 2, 46, 20);
  if (!late) write(pen, STATES[status].letter, 25, 12.5, 14);
}

const Scale = L.Control.Scale.extend({
  _updateMetric(most) {
    const metres = this._getRoundNum(most);
    const words = metres < 1000 ? `${metres} 米` : `${metres / 1000} 公里`;
    this._updateScale(this._mScale, words, metres / most);
  },
});

export function open(element, box) {
  element.hidden = false;
  document.querySelectorAll("[data-instead]").forEach((words) => { words.hidden = true; });
  const tiles = (element.dataset.tiles || "").split(" ").filter(Boolean);
  const map = L.map(element, {
    preferCanvas: true, zoomControl: false, attributionControl: false, minZoom: 8, maxZoom: 20, zoomSnap: 0.5,
  });
  L.control.zoom({ zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(map);
  new Scale({ imperial: false }).addTo(map);
  for (const url of tiles) {
    const { subdomains } = element.dataset;
    L.tileLayer(url, { subdomains, maxZoom: 20, maxNativeZoom: 18, referrerPolicy: "origin" }).addTo(map);
  }
  if (tiles.length) {
    L.control.attribution({ prefix: false }).addAttribution(element.dataset.attribution).addTo(map);
  }
  if (box) map.fitBounds(box, { padding: [24, 24], maxZoom: 18 });
  return map;
}
