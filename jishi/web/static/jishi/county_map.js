// The map page: vector tiles of the county's own layers, chosen things beside the map, the layers in the address.
import { TONES, WORDS, addStyles, outsideTiles } from "./map.js";

const INK = "#17282e";
const PART = "#5d7a1f";
const HALO = { "text-halo-color": "#fff", "text-halo-width": 1.6 };
const FONT = ["Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"];
// Several points as one: what the tile has counted carries its number.
const ALONE = ["!", ["has", "n"]];
const COUNTED = ["has", "n"];
const SIZE = ["interpolate", ["linear"], ["log10", ["get", "n"]], 0, 9, 2, 16, 5, 28];

// Of the whole county at once, where buildings are counts says nothing and hides the names.
const FIRST_COUNTS = 12.5;

const DEPTH_WIDTH = ["match", ["get", "depth"], 0, 2.6, 1, 1.8, 2, 1.2, 0.8];
const HOVERED = ["boolean", ["feature-state", "hover"], false];
const FIRST_GRIDS = 12; // below this zoom there are none in the tiles
const SHAPES = ["grid-ground", "unit-ground"];

const borders = (id, name, filter, more = {}) => ({
  id, type: "line", source: `${name}s`, "source-layer": `${name}_edges`, filter, paint: { "line-color": "#3f8290", "line-width": DEPTH_WIDTH, ...more },
});
const namesOf = (name) => ({
  id: `${name}-names`, type: "symbol", source: `${name}s`, "source-layer": `${name}_names`,
  layout: { "text-field": ["get", "name"], "text-font": FONT, "text-anchor": "bottom", "text-offset": [0, -0.5],
    "text-size": ["match", ["get", "depth"], 1, 15, 2, 13, 12], "symbol-sort-key": ["get", "depth"], "text-padding": 4 },
  paint: { "text-color": "#234b56", ...HALO },
});

// The grounds of units or grids and their borders, true ones drawn through and sketched ones dashed.
const unitLayers = (name, overTiles) => [
  { id: `${name}-ground`, type: "fill", source: `${name}s`, "source-layer": `${name}s`,
    paint: { "fill-color": ["case", HOVERED, "#9fd0d6", "#cfe5e8"],
      "fill-opacity": ["case", HOVERED, 0.6, ["==", ["get", "depth"], 1], overTiles ? 0.3 : 0.85, 0] } },
  borders(`${name}-edge`, name, ["!", ["has", "sketch"]]),
  borders(`${name}-sketch`, name, ["has", "sketch"], { "line-dasharray": [3, 2] }),
];

const circle = (id, source, filter, paint) => ({ id, type: "circle", source, "source-layer": source, filter, paint });
const words = (id, source, filter, field, more = {}) => ({
  id, type: "symbol", source, "source-layer": source, filter,
  layout: { "text-field": field, "text-font": FONT, "text-size": 12, ...more },
  paint: { "text-color": more["text-anchor"] ? INK : "#fff", ...(more["text-anchor"] ? HALO : {}) },
});
const numbers = (id, source, at) => {
  const drawn = words(id, source, COUNTED, ["to-string", ["get", "n"]], { "text-allow-overlap": true });
  return { ...drawn, paint: { ...drawn.paint, "text-translate": at } };
};
const below = { "text-anchor": "top", "text-offset": [0, 0.7] };

// Counts of several layers have one middle: those of buildings and parts stand a little to either side of it.
const BUILDINGS_AT = [-13, 9];
const PARTS_AT = [13, 9];

const LAYERS = {
  stations: [
    circle("stations", "stations", true, { "circle-radius": ["interpolate", ["linear"], ["zoom"], 10, 2.5, 13, 6], "circle-color": "#0a3a46", "circle-stroke-color": "#fff", "circle-stroke-width": 1.6 }),
    { ...words("station-names", "stations", true, ["get", "name"], below), minzoom: 12.5 },
  ],
  buildings: [
    { ...circle("building-counts", "buildings", COUNTED, { "circle-radius": SIZE, "circle-color": "#8a6d3b", "circle-opacity": 0.78, "circle-translate": BUILDINGS_AT }), minzoom: FIRST_COUNTS },
    { ...numbers("building-numbers", "buildings", BUILDINGS_AT), minzoom: FIRST_COUNTS },
    circle("buildings", "buildings", ALONE, { "circle-radius": ["interpolate", ["linear"], ["zoom"], 15, 4, 18, 8], "circle-color": "#8a6d3b", "circle-stroke-color": "#fff", "circle-stroke-width": 1.4 }),
    { ...words("building-names", "buildings", ALONE, ["get", "name"], below), minzoom: 16.5 },
  ],
  parts: [
    { ...circle("part-counts", "parts", COUNTED, { "circle-radius": SIZE, "circle-color": PART, "circle-opacity": 0.78, "circle-translate": PARTS_AT, "circle-stroke-color": TONES.alert, "circle-stroke-width": ["case", [">", ["get", "pressing"], 0], 2, 0] }), minzoom: FIRST_COUNTS },
    { ...numbers("part-numbers", "parts", PARTS_AT), minzoom: FIRST_COUNTS },
    circle("parts", "parts", ALONE, {
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 15, 3, 18, 6], "circle-color": PART,
      "circle-stroke-color": ["case", ["get", "pressing"], TONES.alert, "#fff"], "circle-stroke-width": ["case", ["get", "pressing"], 2.4, 1] }),
    { ...words("part-names", "parts", ALONE, ["get", "kind"], below), minzoom: 17.5 },
  ],
  matters: [
    circle("matter-counts", "matters", COUNTED, {
      "circle-radius": SIZE, "circle-color": TONES.moving, "circle-opacity": 0.85,
      "circle-stroke-color": TONES.alert, "circle-stroke-width": ["case", [">", ["get", "pressing"], 0], 2.6, 0] }),
    numbers("matter-numbers", "matters", [0, 0]),
    circle("matters", "matters", ALONE, {
      "circle-radius": 7, "circle-color": ["match", ["get", "tone"], ...Object.entries(TONES).flat(), TONES.moving],
      "circle-stroke-color": ["case", ["get", "pressing"], TONES.alert, "#fff"], "circle-stroke-width": ["case", ["get", "pressing"], 3, 1.6] }),
  ],
};
const COUNTS = ["matter-counts", "part-counts", "building-counts"];
const CHOSEN = ["matters", "parts", "buildings", "stations", ...SHAPES];

// What is not on is not asked for at all.
const styleOf = (box, allowed, on) => {
  const style = { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": "#e8f0f1" } }] };
  const outside = outsideTiles(style, box);
  const source = (name) => ({
    type: "vector", tiles: [`${location.origin}${box.dataset.tilesAt}${name}/{z}/{x}/{y}.pbf`], minzoom: 6, maxzoom: Number(box.dataset.deepest),
  });
  for (const name of allowed) style.sources[name] = source(name);
  const grids = [...unitLayers("grid", outside), namesOf("grid")].map((layer) => ({ ...layer, minzoom: FIRST_GRIDS }));
  style.layers.push(...unitLayers("unit", outside), ...grids.slice(0, -1));
  for (const [name, layers] of Object.entries(LAYERS)) {
    if (name === "matters") style.layers.push(grids.at(-1), namesOf("unit"));
    if (allowed.includes(name)) style.layers.push(...layers);
  }
  for (const layer of style.layers) {
    if (allowed.includes(layer.source)) layer.layout = { ...layer.layout, visibility: on.has(layer.source) ? "visible" : "none" };
  }
  return style;
};

const beside = document.getElementById("map-beside");

const openBeside = async (address) => {
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  if (answer.headers.has("HX-Redirect")) return location.assign(answer.headers.get("HX-Redirect"));
  if (!answer.ok) return location.assign(address);
  beside.innerHTML = await answer.text();
  beside.hidden = false;
  beside.querySelector("[data-beside-title]")?.focus({ preventScroll: true });
  beside.scrollIntoView({ block: "nearest" });
};

// A name and what identifies it, as a link if there is a page for it.
const pop = (library, map, feature, name, mark, address) => {
  const element = document.createElement(address ? "a" : "span");
  if (address) element.href = address;
  element.className = "map-pop";
  element.textContent = `${name} ${mark}`;
  new library.Popup({ closeButton: false, maxWidth: "none" }).setLngLat(feature.geometry.coordinates).setDOMContent(element).addTo(map);
};

// What lies under a point of the screen, the finest first: counts open by zooming in.
const openAt = (library, map, box, point) => {
  const drawn = (ids) => ids.filter((id) => map.getLayer(id));
  const around = [[point.x - 5, point.y - 5], [point.x + 5, point.y + 5]];
  const [counted] = map.queryRenderedFeatures(around, { layers: drawn(COUNTS) });
  if (counted) return map.easeTo({ center: counted.geometry.coordinates, zoom: map.getZoom() + 2 });
  for (const id of drawn(CHOSEN)) {
    const found = map.queryRenderedFeatures(SHAPES.includes(id) ? point : around, { layers: [id] });
    if (!found.length) continue;
    const first = found.sort((a, b) => (b.properties.depth ?? 0) - (a.properties.depth ?? 0))[0];
    const { code, kind, unit } = first.properties;
    if (id === "matters") return openBeside(box.dataset.matterAt.replace("/0/", `/${first.id}/`));
    if (id === "parts") return pop(library, map, first, kind, code, box.dataset.partAt?.replace("CODE", code));
    if (id === "buildings") return openBeside(box.dataset.buildingAt.replace("/0/", `/${first.id}/`));
    return openBeside(box.dataset.unitAt.replace("/0/", `/${unit}/`));
  }
};

const deepestUnit = (map, point) => {
  const found = map.queryRenderedFeatures(point, { layers: SHAPES });
  return found.sort((a, b) => b.properties.depth - a.properties.depth)[0];
};

const hovering = (map) => {
  let over = null;
  const set = (unit, hover) => unit && map.setFeatureState({ source: unit.source, sourceLayer: unit.source, id: unit.id }, { hover });
  map.on("mousemove", (event) => {
    if (map.isMoving()) return; // to look for what lies under the pointer at every step would make the map stutter
    const unit = deepestUnit(map, event.point);
    if (unit?.id === over?.id) return;
    set(over, false);
    set((over = unit && { id: unit.id, source: unit.source }), true);
    map.getCanvas().style.cursor = unit ? "pointer" : "";
  });
};

const startLayers = (map) => {
  const form = document.querySelector("[data-map-layers]");
  const boxes = [...form.querySelectorAll("input[name=layers]")];
  const show = () => {
    const on = new Set(boxes.filter((each) => each.checked).map((each) => each.value));
    for (const layer of map.getStyle().layers) {
      if (boxes.some((each) => each.value === layer.source)) map.setLayoutProperty(layer.id, "visibility", on.has(layer.source) ? "visible" : "none");
    }
    const address = new URL(location.href);
    address.searchParams.delete("layers");
    // With every layer off the address must still say so: a name of no layer.
    if (on.size < boxes.length) (on.size ? [...on] : ["none"]).forEach((name) => address.searchParams.append("layers", name));
    history.replaceState(history.state, "", address);
  };
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
};

const startLinks = (map) => {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-beside]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openBeside(link.href);
    if (link.dataset.fly) map.easeTo({ center: link.dataset.fly.split(",").map(Number), zoom: Math.max(map.getZoom(), 14.5) });
  });
};

const start = async (box) => {
  document.documentElement.classList.add("has-script");
  try {
    const [library] = await Promise.all([import(box.dataset.lib), addStyles(box.dataset.css)]);
    library.setWorkerUrl(box.dataset.worker);
    const boxes = [...document.querySelectorAll("[data-map-layers] input[name=layers]")];
    const allowed = boxes.map((each) => each.value);
    const on = new Set(boxes.filter((each) => each.checked).map((each) => each.value));
    const [west, south, east, north] = JSON.parse(box.dataset.box);
    const map = new library.Map({
      container: box, style: styleOf(box, allowed, on), locale: WORDS, attributionControl: false, dragRotate: false, pitchWithRotate: false,
      bounds: [[west, south], [east, north]], fitBoundsOptions: { padding: 24, maxZoom: 16 }, minZoom: 6, maxZoom: 19, hash: "at",
      localIdeographFontFamily: FONT[0], fadeDuration: 0,
    });
    map.touchZoomRotate.disableRotation();
    map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new library.ScaleControl({ unit: "metric" }), "bottom-left");
    if (box.dataset.attribution) map.addControl(new library.AttributionControl({ compact: true }));
    await new Promise((done) => map.once("load", done));
    box.querySelector(".map-wait")?.remove();
    const aim = document.createElement("span");
    aim.className = "map-aim";
    box.append(aim);
    map.on("click", (event) => openAt(library, map, box, event.point));
    map.getCanvas().addEventListener("keydown", (event) => {
      const { clientWidth, clientHeight } = map.getCanvas();
      if (event.key === "Enter") openAt(library, map, box, { x: clientWidth / 2, y: clientHeight / 2 });
    });
    hovering(map);
    startLayers(map);
    startLinks(map);
    map.once("idle", () => (box.dataset.ready = ""));
    map.triggerRepaint(); // where nothing is left to draw there would be no frame to be idle after
  } catch (error) {
    // Without WebGL the list beside the map says the same.
    const note = box.querySelector(".map-wait");
    if (note) note.textContent = "此设备无法显示地图，请看列表。";
    console.warn(error);
  }
};

document.querySelectorAll("[data-county-map]").forEach(start);
