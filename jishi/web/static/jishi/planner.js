// A plan: two maps that move together, buildings chosen on them or in the list, and what a move would do.
import { planMap } from "./planner_map.js";

const page = document.querySelector("[data-plan]");
const chosen = new Set();
let ground = null;
let maps = {};

const read = () => JSON.parse(page.querySelector("[data-plan-state]").textContent);
let state = read();

const presentOf = (n) => ground.features[n].properties.present;
const blockOf = (n) => ground?.features[n].properties;
const gridOf = (n) => state.after.find((grid) => grid.id === state.grid[n]);

const draw = () => {
  const moving = new Set(state.moving);
  maps.before?.show(ground.features.map((_, n) => presentOf(n)), state.before, moving);
  maps.after?.show(state.grid, state.after, moving);
};

const setChosen = (n, on) => {
  if (on) chosen.add(n);
  else chosen.delete(n);
  Object.values(maps).forEach((map) => map.choose(n, on));
  const box = page.querySelector(`[data-block][value="${n}"]`);
  if (box) box.checked = on;
};

const chip = (n) => {
  const { label, households } = blockOf(n);
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = `${label} ${households}户 ×`;
  button.setAttribute("aria-label", `不选${label}`);
  button.addEventListener("click", () => {
    setChosen(n, false);
    tell();
  });
  const held = document.createElement("input");
  Object.assign(held, { type: "hidden", name: "blocks", value: n });
  item.append(button, held);
  return item;
};

// Whole compounds of what is chosen, as buttons while some of their buildings are not.
const compounds = () => {
  const names = new Set([...chosen].map((n) => blockOf(n).compound).filter(Boolean));
  return [...names].map((name) => [name, ground.features.map((each) => each.properties).filter((each) => each.compound === name)])
    .filter(([, inside]) => inside.some(({ n }) => !chosen.has(n)))
    .map(([name, inside]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-plain button-small";
      button.textContent = `选中整个${name}（${inside.length}栋）`;
      button.addEventListener("click", () => {
        inside.forEach(({ n }) => setChosen(n, true));
        tell();
      });
      return button;
    });
};

const percent = (load) => {
  const off = Math.round((100 * (load - state.aimed)) / state.aimed);
  return `${off > 0 ? "+" : ""}${off}%`;
};

// What the grids would measure after the move.
const preview = () => {
  const to = page.querySelector("#plan-to")?.value;
  if (!to || !chosen.size) return "";
  const loads = new Map(state.after.map((grid) => [String(grid.id), { name: grid.name, load: grid.load, touched: false }]));
  loads.set("new", { name: "新网格", load: 0, touched: false });
  for (const n of chosen) {
    const from = String(state.grid[n]);
    if (from === to) continue;
    for (const [key, sign] of [[from, -1], [to, 1]]) {
      loads.get(key).load += sign * (blockOf(n).load ?? blockOf(n).households);
      loads.get(key).touched = true;
    }
  }
  const said = [...loads.values()].filter((grid) => grid.touched);
  const rough = [...chosen].some((n) => blockOf(n).load === null); // of small buildings not everybody learns the weight
  return said.length ? `移后${rough ? "约" : ""}：${said.map(({ name, load }) => (load > 0 ? `${name}${Math.round(load)}户（${percent(load)}）` : `${name}没有楼栋，取消`)).join("，")}` : "已经在这个网格里。";
};

const tell = () => {
  const form = page.querySelector("#plan-move");
  if (!form || !ground) return;
  const count = chosen.size;
  const households = [...chosen].reduce((sum, n) => sum + blockOf(n).households, 0);
  const said = form.querySelector("[data-chosen-said]");
  said.dataset.empty ??= said.textContent;
  said.textContent = count ? `已选${count}栋，${households}户` : said.dataset.empty;
  form.querySelector("[data-chosen]").replaceChildren(...[...chosen].map(chip));
  form.querySelector("[data-compounds]").replaceChildren(...compounds());
  form.querySelector("[data-clear]").hidden = !count;
  form.querySelector("[data-preview]").textContent = preview();
  const back = page.querySelector("[data-goto]"); // the list stands far below the form where the page is narrow
  back.hidden = !count;
  back.textContent = `已选${count}栋，去移动`;
};

const clear = () => {
  [...chosen].forEach((n) => setChosen(n, false));
  tell();
};

const under = (n) => {
  const line = page.querySelector("[data-plan-under]");
  if (n === null) return (line.textContent = "");
  const { label, households, people } = blockOf(n);
  const was = state.before.find((grid) => grid.id === presentOf(n))?.name ?? "";
  const now = gridOf(n)?.name ?? "";
  line.textContent = `${label}：${households}户${people === null ? "" : `${people}人`}，${state.moving.includes(n) ? `${was} → ${now}` : now}`;
};

const tap = (n) => {
  under(n);
  if (!("edits" in page.dataset)) return;
  setChosen(n, !chosen.has(n));
  tell();
};

const moveTogether = () => {
  let leading = null;
  for (const [one, other] of [["before", "after"], ["after", "before"]]) {
    maps[one].map.on("move", () => {
      if (leading === other) return;
      leading = one;
      const { map } = maps[one];
      maps[other].map.jumpTo({ center: map.getCenter(), zoom: map.getZoom() });
      leading = null;
    });
  }
};

const show = (side) => {
  page.querySelector("[data-plan-maps]").dataset.shown = side;
  for (const button of page.querySelectorAll("[data-plan-show]")) button.setAttribute("aria-pressed", String(button.dataset.planShow === side));
  const { map } = maps[side] ?? {};
  if (!map) return;
  const [center, zoom] = [map.getCenter(), map.getZoom()];
  map.resize();
  map.jumpTo({ center, zoom });
};

const start = async () => {
  const boxes = [...page.querySelectorAll("[data-plan-map]")];
  try {
    const answer = await fetch(page.dataset.ground, { headers: { Accept: "application/json" } });
    ground = await answer.json();
    tell();
    for (const box of boxes) maps[box.dataset.planMap] = await planMap(box, ground, tap, under);
    moveTogether();
    draw();
    chosen.forEach((n) => setChosen(n, true));
    maps.after.map.once("idle", () => boxes.forEach((box) => (box.dataset.ready = "")));
  } catch (error) {
    // Without WebGL the tables below say and do the same.
    maps = {};
    boxes.forEach((box) => box.querySelector(".map-wait")?.replaceChildren("此设备无法显示地图，请用下面的表。"));
    console.warn(error);
  }
};

const renew = () => {
  const work = page.querySelector("#plan-work");
  if (work.dataset.seen !== undefined) return;
  work.dataset.seen = "";
  state = read();
  if ("done" in work.dataset) clear();
  draw();
  chosen.forEach((n) => setChosen(n, true));
  tell();
  const said = page.querySelector("[data-plan-said]");
  if (said.childElementCount) said.focus({ preventScroll: true });
};

// Reasons somebody has begun to write for other grids outlive the change that brings everything anew.
const held = new Map();

const holdReasons = (sent) => {
  for (const area of page.querySelectorAll("#plan-work textarea[id]")) {
    if (area.value !== area.defaultValue && !sent?.contains(area)) held.set(area.id, area.value);
  }
};

const putReasonsBack = () => {
  for (const [id, value] of held) {
    const area = document.getElementById(id);
    if (!area) continue;
    area.value = value;
    area.dispatchEvent(new Event("input", { bubbles: true })); // counts what is written
  }
  held.clear();
};

page.querySelector("#plan-work").dataset.seen = "";
for (const box of page.querySelectorAll("[data-block]:checked")) chosen.add(Number(box.value));
page.addEventListener("change", (event) => {
  if (event.target.matches("[data-block]")) setChosen(Number(event.target.value), event.target.checked);
  if (event.target.matches("[data-block], #plan-to")) tell();
});
page.addEventListener("click", (event) => {
  const side = event.target.closest("[data-plan-show]")?.dataset.planShow;
  if (side) show(side);
  if (event.target.closest("[data-clear]")) clear();
});
document.addEventListener("htmx:before:swap", (event) => holdReasons(event.detail.ctx?.sourceElement));
document.addEventListener("htmx:after:swap", () => {
  putReasonsBack();
  renew();
  for (const box of page.querySelectorAll("[data-block]")) box.checked = chosen.has(Number(box.value));
});
start();
