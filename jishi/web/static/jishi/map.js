// Maps of the place's own shapes: no outside tiles, no fonts to fetch; names are plain elements on top of the canvas.

export const TONES = { waiting: "#d98a00", moving: "#1673b8", checking: "#7d4fb8", done: "#2c8a51", alert: "#c9352c", quiet: "#6b7f87" };
const NOTHING = { type: "FeatureCollection", features: [] };

export const addStyles = (href) => {
  if (document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  return new Promise((done) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    link.onload = link.onerror = done;
    document.head.append(link);
  });
};

const dataOf = async (box) => {
  const inline = box.querySelector("[data-map-data]");
  if (inline) return JSON.parse(inline.textContent);
  if (box.dataset.src) return (await fetch(box.dataset.src, { headers: { Accept: "application/json" } })).json();
  return {};
};

const eachPosition = (geometry, visit) => {
  const walk = (part) => (typeof part[0] === "number" ? visit(part) : part.forEach(walk));
  if (geometry?.coordinates?.length) walk(geometry.coordinates);
};

const boundsOf = (collections) => {
  let bounds = null;
  for (const feature of collections.flatMap((collection) => collection.features)) {
    eachPosition(feature.geometry, ([x, y]) => {
      bounds = bounds ? [Math.min(bounds[0], x), Math.min(bounds[1], y), Math.max(bounds[2], x), Math.max(bounds[3], y)] : [x, y, x, y];
    });
  }
  return bounds && [[bounds[0], bounds[1]], [bounds[2], bounds[3]]];
};

// Where a name stands: the centroid of the largest outer ring.
const centerOf = (geometry) => {
  if (geometry.type === "Point") return geometry.coordinates;
  const rings = geometry.type === "Polygon" ? [geometry.coordinates[0]] : geometry.coordinates.map((polygon) => polygon[0]);
  let best = null;
  for (const ring of rings) {
    let area = 0, x = 0, y = 0;
    for (let i = 0; i < ring.length - 1; i += 1) {
      const cross = ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
      area += cross;
      x += (ring[i][0] + ring[i + 1][0]) * cross;
      y += (ring[i][1] + ring[i + 1][1]) * cross;
    }
    if (area && (!best || Math.abs(area) > best.size)) best = { size: Math.abs(area), at: [x / (3 * area), y / (3 * area)] };
  }
  return best?.at ?? rings[0]?.[0];
};

// Under our own shapes, if the deployment names any; returns whether there are some.
export const outsideTiles = (style, box) => {
  const layers = JSON.parse(box.dataset.outside ?? "[]");
  layers.forEach((tiles, place) => {
    style.sources[`outside-${place}`] = { type: "raster", tiles, tileSize: 256, attribution: place ? "" : box.dataset.attribution ?? "" };
    style.layers.push({ id: `outside-${place}`, type: "raster", source: `outside-${place}` });
  });
  return layers.length > 0;
};

const styleFor = (box) => {
  const style = { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": "#e8f0f1" } }] };
  outsideTiles(style, box);
  return style;
};

const addLayers = (map, units, points, overTiles) => {
  map.addSource("units", { type: "geojson", data: units, promoteId: "id" });
  map.addSource("points", { type: "geojson", data: points, promoteId: "id" });
  map.addLayer({
    id: "unit-ground", type: "fill", source: "units", filter: ["!=", ["geometry-type"], "Point"],
    paint: {
      "fill-color": ["case", ["boolean", ["feature-state", "hover"], false], "#9fd0d6", ["boolean", ["get", "current"], false], "#a9d6dc", "#cfe5e8"],
      "fill-opacity": overTiles ? 0.35 : 0.9,
    },
  });
  map.addLayer({
    id: "unit-edge", type: "line", source: "units", filter: ["!=", ["geometry-type"], "Point"],
    paint: {
      "line-color": "#3f8290",
      "line-width": ["match", ["coalesce", ["get", "depth"], 1], 0, 2.4, 1, 1.6, 2, 1, 0.7],
    },
  });
  map.addLayer({
    id: "points", type: "circle", source: "points",
    paint: {
      "circle-radius": ["case", ["boolean", ["feature-state", "hover"], false], 10, ["boolean", ["get", "current"], false], 9, 6],
      "circle-color": ["match", ["coalesce", ["get", "tone"], "moving"], ...Object.entries(TONES).flat(), TONES.moving],
      "circle-stroke-color": "#fff",
      "circle-stroke-width": 1.6,
    },
  });
};

// Names never cover each other: larger units first, a name that would touch a placed one waits for a closer look.
const addNames = (library, map, units) => {
  const names = units.features
    .filter((feature) => feature.properties.name && feature.geometry)
    .sort((a, b) => (a.properties.depth ?? 1) - (b.properties.depth ?? 1))
    .map((feature) => {
      const element = document.createElement("span");
      element.className = `map-label depth-${feature.properties.depth ?? 1}`;
      element.textContent = feature.properties.name;
      const at = feature.properties.label_at ?? centerOf(feature.geometry);
      new library.Marker({ element }).setLngLat(at).addTo(map);
      return { element, at };
    });
  const arrange = () => {
    const placed = [];
    for (const { element, at } of names) {
      const { x, y } = map.project(at);
      const [w, h] = [element.offsetWidth / 2 + 2, element.offsetHeight / 2];
      const free = placed.every((p) => Math.abs(p.x - x) > p.w + w || Math.abs(p.y - y) > p.h + h);
      element.classList.toggle("is-hidden", !free);
      if (free) placed.push({ x, y, w, h });
    }
  };
  map.on("moveend", arrange);
  map.on("resize", arrange);
  arrange();
};

const hovering = (map, source, layer) => {
  let over = null;
  const set = (id, hover) => id !== null && map.setFeatureState({ source, id }, { hover });
  map.on("mousemove", layer, (event) => {
    const id = event.features[0]?.id ?? null;
    if (id === over) return;
    set(over, false);
    set((over = id), true);
    map.getCanvas().style.cursor = "pointer";
  });
  map.on("mouseleave", layer, () => {
    set(over, false);
    over = null;
    map.getCanvas().style.cursor = "";
  });
};

// Rows of a list with data-point light up their point, and back.
const linkRows = (map, points) => {
  const known = new Set(points.features.map((feature) => String(feature.properties.id)));
  const mark = (row, hover) => {
    const id = row?.dataset.point;
    if (!known.has(id)) return;
    const feature = points.features.find((each) => String(each.properties.id) === id);
    map.setFeatureState({ source: "points", id: feature.properties.id }, { hover });
  };
  for (const [begin, end] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
    document.addEventListener(begin, (event) => mark(event.target.closest?.("[data-point]"), true));
    document.addEventListener(end, (event) => mark(event.target.closest?.("[data-point]"), false));
  }
};

const onPoint = (box, library, map) => {
  map.on("click", "points", (event) => {
    const { id, href, title } = event.features[0].properties;
    box.dispatchEvent(new CustomEvent("map:point", { bubbles: true, detail: { id, href } }));
    const row = document.querySelector(`[data-point="${CSS.escape(String(id))}"] [data-open]`);
    if (row) row.click();
    else if (href) location.assign(href);
    else if (title) new library.Popup({ closeButton: false }).setLngLat(event.lngLat).setText(title).addTo(map);
  });
  map.on("click", "unit-ground", (event) => {
    const { id, href, name } = event.features[0].properties;
    if (map.queryRenderedFeatures(event.point, { layers: ["points"] }).length) return;
    box.dispatchEvent(new CustomEvent("map:unit", { bubbles: true, detail: { id, name, href } }));
    if (href) location.assign(href);
  });
};

const pin = () => {
  const element = document.createElement("div");
  element.innerHTML =
    '<svg class="map-pin" viewBox="0 0 30 38" aria-hidden="true"><path fill="currentColor" stroke="#fff" stroke-width="2" d="M15 1C7 1 1 7 1 15c0 10 14 22 14 22s14-12 14-22C29 7 23 1 15 1z"/><circle cx="15" cy="15" r="5" fill="#fff"/></svg>';
  return element;
};

const picking = (box, library, map, picked) => {
  const inputs = ["longitude", "latitude"].map((axis) => document.getElementById(`${box.dataset.pick}_${axis}`));
  const marker = new library.Marker({ element: pin(), anchor: "bottom", draggable: true });
  const choose = ({ lng, lat }, unit) => {
    marker.setLngLat([lng, lat]).addTo(map);
    [lng, lat].forEach((value, axis) => {
      if (!inputs[axis]) return;
      inputs[axis].value = value.toFixed(6);
      inputs[axis].dispatchEvent(new Event("input", { bubbles: true }));
    });
    box.dispatchEvent(new CustomEvent("map:pick", { bubbles: true, detail: { longitude: lng, latitude: lat, unit } }));
  };
  const unitAt = (point) => {
    const found = map.queryRenderedFeatures(point, { layers: ["unit-ground"] });
    const deepest = found.sort((a, b) => (b.properties.depth ?? 0) - (a.properties.depth ?? 0))[0];
    return deepest ? { id: deepest.properties.id, name: deepest.properties.name } : null;
  };
  map.on("click", (event) => choose(event.lngLat, unitAt(event.point)));
  marker.on("dragend", () => choose(marker.getLngLat(), unitAt(map.project(marker.getLngLat()))));
  const start = picked ?? (inputs.every((input) => input?.value) ? inputs.map((input) => Number(input.value)) : null);
  if (start) marker.setLngLat(start).addTo(map);

  const locate = new library.GeolocateControl({ positionOptions: { enableHighAccuracy: true }, showUserLocation: false });
  locate.on("geolocate", ({ coords }) => {
    const place = { lng: coords.longitude, lat: coords.latitude };
    choose(place, unitAt(map.project([place.lng, place.lat])));
  });
  map.addControl(locate, "top-right");
};

export const WORDS = {
  "NavigationControl.ZoomIn": "放大", "NavigationControl.ZoomOut": "缩小", "NavigationControl.ResetBearing": "转回正北",
  "AttributionControl.ToggleAttribution": "地图来源", "GeolocateControl.FindMyLocation": "定位到我的位置",
  "GeolocateControl.LocationNotAvailable": "无法取得位置", "Map.Title": "地图",
};

const start = async (box) => {
  box.dataset.started = "";
  try {
    const [library, data] = await Promise.all([import(box.dataset.lib), dataOf(box), addStyles(box.dataset.css)]);
    library.setWorkerUrl(box.dataset.worker);
    const units = data.units ?? NOTHING;
    const points = data.points ?? NOTHING;
    const bounds = boundsOf(units.features.length ? [units] : [points]);
    const map = new library.Map({
      container: box, style: styleFor(box), locale: WORDS, attributionControl: false, dragRotate: false, pitchWithRotate: false,
      center: data.center ?? [113.12, 27.87], zoom: data.zoom ?? 11, maxZoom: 18,
      ...(bounds && !data.center ? { bounds, fitBoundsOptions: { padding: 28, maxZoom: 15 } } : {}),
    });
    map.touchZoomRotate.disableRotation();
    map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
    if (box.dataset.attribution) map.addControl(new library.AttributionControl({ compact: true }));
    await new Promise((done) => map.once("load", done));
    box.querySelector(".map-wait")?.remove();
    addLayers(map, units, points, Boolean(box.dataset.outside));
    addNames(library, map, units);
    hovering(map, "units", "unit-ground");
    hovering(map, "points", "points");
    linkRows(map, points);
    if (box.dataset.pick) picking(box, library, map, data.picked);
    else onPoint(box, library, map);
    if (units.features.some((feature) => feature.properties.sketch)) {
      const note = document.createElement("span");
      note.className = "map-sketch";
      note.textContent = "边界为示意";
      box.append(note);
    }
    map.once("idle", () => (box.dataset.ready = ""));
  } catch (error) {
    // Without WebGL everything a map offers is also on the page: places by list, matters by list.
    const note = box.querySelector(".map-wait");
    if (note) note.textContent = "此设备无法显示地图，请从列表中选择。";
    console.warn(error);
  }
};

export const startMaps = () => document.querySelectorAll("[data-map]:not([data-started])").forEach(start);
