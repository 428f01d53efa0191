/* 两张地图共用的：各种状态画成什么样。页面里没有地图就什么也不做；图斑页的小地图也在这里。 */
"use strict";
window.TaipingMap = (function () {
  // 颜色、图案、字三样都不同，分不清颜色、黑白打印也认得出。
  const STATES = {
    PENDING: { ink: "--grey", fill: "plain", letter: "待", tag: "tag-none" },
    UNDERWAY: { ink: "--sky", fill: "slant", letter: "整", tag: "tag-info" },
    RETURNED: { ink: "--wheat", fill: "cross", dash: [5, 3], letter: "退", tag: "tag-risk" },
    AWAITING: { ink: "--sky", fill: "dots", letter: "核", tag: "tag-info" },
    CLOSED: { ink: "--field", fill: "solid", letter: "销", tag: "tag-done" },
    EXEMPT: { ink: "--field", fill: "upright", letter: "无", tag: "tag-done" },
    DEFERRED: { ink: "--grey", fill: "sparse", dash: [2, 3], letter: "缓", tag: "tag-none" },
  };
  const LETTER_PX = 24;
  const css = getComputedStyle(document.documentElement);
  const colour = (name) => css.getPropertyValue(name).trim();
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
    if (fill === "slant" || fill === "cross") { for (const at of [-8, 0, 8]) { pen.moveTo(at, 8); pen.lineTo(at + 8, 0); } }
    if (fill === "cross") { for (const at of [-8, 0, 8]) { pen.moveTo(at, 0); pen.lineTo(at + 8, 8); } }
    if (fill === "upright") { pen.moveTo(2, 0); pen.lineTo(2, 8); pen.moveTo(6, 0); pen.lineTo(6, 8); }
    pen.stroke();
    if (fill === "dots") { pen.fillRect(0, 0, 2.5, 2.5); pen.fillRect(4, 4, 2.5, 2.5); }
    if (fill === "sparse") { pen.fillRect(3, 3, 2, 2); }
    patterns[status] = pen.createPattern(tile, "repeat");
    return patterns[status];
  }

  function style(status, late) {
    const state = STATES[status];
    return {
      color: late ? colour("--brick") : colour(state.ink), weight: late ? 4 : 2, opacity: 1,
      dashArray: !late && state.dash ? state.dash : null, fill: true, fillColor: pattern(status), fillOpacity: 1,
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
  function layer(geometry, status, late) {
    const options = { ...style(status, late), status };
    if (geometry.type === "Point") {
      return L.circleMarker(L.GeoJSON.coordsToLatLng(geometry.coordinates), { ...options, radius: 4, weight: late ? 3 : 1.5 });
    }
    const depth = geometry.type === "MultiPolygon" ? 2 : 1;
    return new Area(L.GeoJSON.coordsToLatLngs(geometry.coordinates, depth), options);
  }

  function swatch(canvas) {
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
      this._updateScale(this._mScale, metres < 1000 ? `${metres} 米` : `${metres / 1000} 公里`, metres / most);
    },
  });

  function open(element, box) {
    element.hidden = false;
    document.querySelectorAll("[data-instead]").forEach((words) => { words.hidden = true; });
    const tiles = (element.dataset.tiles || "").split(" ").filter(Boolean);
    const map = L.map(element, {
      preferCanvas: true, zoomControl: false, attributionControl: false, minZoom: 8, maxZoom: 20, zoomSnap: 0.5,
    });
    L.control.zoom({ zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(map);
    new Scale({ imperial: false }).addTo(map);
    for (const url of tiles) {
      L.tileLayer(url, { subdomains: element.dataset.subdomains, maxZoom: 20, maxNativeZoom: 18, referrerPolicy: "origin" }).addTo(map);
    }
    if (tiles.length) L.control.attribution({ prefix: false }).addAttribution(element.dataset.attribution).addTo(map);
    if (box) map.fitBounds(box, { padding: [24, 24], maxZoom: 18 });
    return map;
  }

  const SVG = "http://www.w3.org/2000/svg";
  function shape(name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  /** 拍照的位置：圆里是照片的序号，箭头是镜头朝向（正北 0 度，顺时针）。 */
  function camera(photo, number) {
    const picture = shape("svg", { width: 36, height: 36, viewBox: "-18 -18 36 36", "aria-hidden": "true" });
    if (photo.bearing !== null) {
      picture.append(shape("path", { d: "M0 -26 L9 -8 L-9 -8 Z", transform: `rotate(${photo.bearing})` }));
    }
    picture.append(shape("circle", { r: 11 }));
    const words = shape("text", { y: 5 });
    words.textContent = number;
    picture.append(words);
    return L.marker([photo.lat, photo.lon], {
      icon: L.divIcon({ html: picture, className: "map-photo", iconSize: [36, 36] }),
      title: photo.name + (photo.where ? "：" + photo.where : ""), keyboard: false,
    });
  }

  const small = document.getElementById("small-map");
  if (small) {
    const told = JSON.parse(document.getElementById("small-map-data").textContent);
    const area = layer(told.shape, told.status, false);
    const map = open(small, area.getBounds().pad(0.3));
    area.addTo(map);
    const cameras = told.photos.map((photo, at) => camera(photo, at + 1).addTo(map));
    if (cameras.length) {
      const all = L.featureGroup([area, ...cameras]).getBounds();
      map.fitBounds(all.pad(0.15), { maxZoom: 18 });
    }
  }
  return { STATES, colour, layer, open, style, swatch };
})();
