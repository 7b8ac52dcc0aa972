// One of the two maps of a plan: buildings' ground coloured by grid, borders between grids, their names.
import { WORDS, addStyles, outsideTiles } from "./map.js";

const COLOURS = ["#f0b74a", "#8ccdf0", "#4fb592", "#f5ec7a", "#5b93cc", "#e38b57", "#dba5c4", "#b3b9bc"]; // as in planner.css
const INK = "#17282e";
const CHOSEN = "#e9a100";
const FONT = ["Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"];
const NOTHING = { type: "FeatureCollection", features: [] };
const collection = (features) => ({ type: "FeatureCollection", features });
const polygonsOf = (shape) => (shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates);

// Each edge of the buildings' ground once, with the buildings on both sides of it.
const edgesOf = (ground) => {
  const found = new Map();
  for (const { geometry, properties } of ground.features) {
    for (const ring of polygonsOf(geometry).flat()) {
      for (let i = 0; i < ring.length - 1; i += 1) {
        const ends = [ring[i], ring[i + 1]].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        const key = ends.flat().map((at) => at.toFixed(6)).join();
        if (!found.has(key)) found.set(key, { ends, sides: [] });
        found.get(key).sides.push(properties.n);
      }
    }
  }
  return [...found.values()];
};

const boxOf = (ground) => {
  const points = ground.features.flatMap(({ geometry }) => polygonsOf(geometry).flat(2));
  const axis = (at) => points.map((point) => point[at]);
  return points.reduce(
    ([[west, south], [east, north]], [x, y]) => [[Math.min(west, x), Math.min(south, y)], [Math.max(east, x), Math.max(north, y)]],
    [[axis(0)[0], axis(1)[0]], [axis(0)[0], axis(1)[0]]],
  );
};

// Slanted lines, for grids off the standard: told apart without seeing colours.
const hatch = () => {
  const side = 16;
  const data = new Uint8Array(side * side * 4);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      if ((x + y) % 8 < 1.5) data.set([23, 40, 46, 170], (y * side + x) * 4);
    }
  }
  return { width: side, height: side, data };
};

const styleOf = (box) => {
  const style = { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": "#e8f0f1" } }] };
  const outside = outsideTiles(style, box);
  for (const name of ["cells", "edges", "points"]) style.sources[name] = { type: "geojson", data: NOTHING, ...(name === "cells" ? { promoteId: "n" } : {}) };
  const chosen = (on, off) => ["case", ["boolean", ["feature-state", "chosen"], false], on, off];
  style.layers.push(
    { id: "cells", type: "fill", source: "cells", paint: {
      "fill-color": ["match", ["get", "colour"], ...COLOURS.flatMap((colour, number) => [number, colour]), "#ffffff"],
      "fill-opacity": ["case", ["boolean", ["feature-state", "hover"], false], 1, outside ? 0.55 : 0.78] } },
    { id: "off", type: "fill", source: "cells", filter: ["get", "off"], paint: { "fill-pattern": "hatch" } },
    { id: "fine", type: "line", source: "cells", paint: { "line-color": "#fff", "line-width": 0.8, "line-opacity": 0.8 } },
    { id: "rim", type: "line", source: "edges", filter: ["!", ["get", "between"]], paint: { "line-color": "#51656d", "line-width": 1 } },
    { id: "between", type: "line", source: "edges", filter: ["get", "between"], layout: { "line-cap": "round" }, paint: { "line-color": INK, "line-width": 2.6 } },
    { id: "chosen-edge", type: "line", source: "cells", paint: { "line-color": INK, "line-width": chosen(6, 0) } },
    { id: "chosen", type: "line", source: "cells", paint: { "line-color": CHOSEN, "line-width": chosen(3.5, 0) } },
    { id: "moving", type: "circle", source: "points", filter: ["get", "moving"], paint: {
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 12, 2.5, 17, 5], "circle-color": "#fff", "circle-stroke-color": INK, "circle-stroke-width": 2 } },
    { id: "labels", type: "symbol", source: "points", minzoom: 16.2,
      layout: { "text-field": ["get", "short"], "text-font": FONT, "text-size": 12, "text-anchor": "top", "text-offset": [0, 0.6] },
      paint: { "text-color": INK, "text-halo-color": "#fff", "text-halo-width": 1.6 } },
  );
  return style;
};

// Where the name of a grid stands: at the building nearest to the middle of its households.
const middleOf = (blocks) => {
  const weight = blocks.reduce((sum, one) => sum + one.households + 1, 0);
  const mean = [0, 1].map((axis) => blocks.reduce((sum, one) => sum + one.at[axis] * (one.households + 1), 0) / weight);
  const far = (one) => (one.at[0] - mean[0]) ** 2 + (one.at[1] - mean[1]) ** 2;
  return blocks.reduce((best, one) => (far(one) < far(best) ? one : best)).at;
};

const namesOn = (library, map) => {
  let names = [];
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
  return (grids, blocksOf) => {
    names.forEach(({ marker }) => marker.remove());
    names = [...grids].sort((a, b) => b.households - a.households).filter((grid) => blocksOf(grid).length).map((grid) => {
      const element = document.createElement("span");
      element.className = "plan-name-mark";
      element.append(grid.name);
      const said = document.createElement("small");
      said.textContent = `${grid.households}户 ${grid.said}`;
      element.append(said);
      const at = middleOf(blocksOf(grid));
      return { element, at, marker: new library.Marker({ element }).setLngLat(at).addTo(map) };
    });
    arrange();
  };
};

// Draws into the box; answers with what the page does with the map: show a division, mark buildings, be told of taps.
export const planMap = async (box, ground, onTap, onHover) => {
  const [library] = await Promise.all([import(box.dataset.lib), addStyles(box.dataset.css)]);
  library.setWorkerUrl(box.dataset.worker);
  const map = new library.Map({
    container: box, style: styleOf(box), locale: WORDS, attributionControl: false, dragRotate: false, pitchWithRotate: false,
    bounds: boxOf(ground), fitBoundsOptions: { padding: 20, maxZoom: 17 }, minZoom: 6, maxZoom: 20, localIdeographFontFamily: FONT[0],
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
  if (box.dataset.attribution) map.addControl(new library.AttributionControl({ compact: true }));
  await new Promise((done) => map.once("load", done));
  box.querySelector(".map-wait")?.remove();
  for (const [tag, name, words] of [["span", "map-sketch", "示意"], ["span", "plan-aim", ""]]) {
    const element = document.createElement(tag);
    element.className = name;
    element.textContent = words;
    box.append(element);
  }
  map.addImage("hatch", hatch(), { pixelRatio: 2 });
  const edges = edgesOf(ground);
  const name = namesOn(library, map);
  const blocks = ground.features.map((feature) => feature.properties);

  const tap = (point) => {
    const [found] = map.queryRenderedFeatures(point, { layers: ["cells"] });
    if (found) onTap(found.properties.n);
  };
  map.on("click", (event) => tap(event.point));
  map.getCanvas().addEventListener("keydown", (event) => {
    const { clientWidth, clientHeight } = map.getCanvas();
    if (event.key === "Enter") tap({ x: clientWidth / 2, y: clientHeight / 2 });
  });
  let over = null;
  const hover = (id) => {
    if (id === over) return;
    if (over !== null) map.setFeatureState({ source: "cells", id: over }, { hover: false });
    over = id;
    if (over !== null) map.setFeatureState({ source: "cells", id: over }, { hover: true });
    map.getCanvas().style.cursor = over === null ? "" : "pointer";
    onHover(over);
  };
  map.on("mousemove", (event) => hover(map.queryRenderedFeatures(event.point, { layers: ["cells"] })[0]?.properties.n ?? null));
  map.on("mouseout", () => hover(null));

  return {
    map,
    // held: the grid of each building; grids: those with their names, colours and figures.
    show: (held, grids, moving) => {
      const known = new Map(grids.map((grid) => [grid.id, grid]));
      const drawn = ground.features.map((feature) => {
        const grid = known.get(held[feature.properties.n]);
        return { ...feature, properties: { n: feature.properties.n, colour: grid?.colour ?? -1, off: Boolean(grid?.off) } };
      });
      map.getSource("cells").setData(collection(drawn));
      map.getSource("points").setData(collection(blocks.map(({ n, short, at }) => (
        { type: "Feature", geometry: { type: "Point", coordinates: at }, properties: { short, moving: moving.has(n) } }))));
      const lines = edges.filter(({ sides }) => sides.length === 1 || held[sides[0]] !== held[sides[1]]);
      map.getSource("edges").setData(collection(lines.map(({ ends, sides }) => (
        { type: "Feature", geometry: { type: "LineString", coordinates: ends }, properties: { between: sides.length > 1 } }))));
      name(grids, (grid) => blocks.filter(({ n }) => held[n] === grid.id));
    },
    choose: (n, chosen) => map.setFeatureState({ source: "cells", id: n }, { chosen }),
  };
};
