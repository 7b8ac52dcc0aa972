// The desk: one matter beside the list, everything within reach of the keyboard, a map that comes when it is wanted.
import { closeStep } from "./desk_steps.js";

const MAP_KEPT = "jishi-desk-map";
const grid = () => document.querySelector("[data-desk]"); // going back in the history replaces the page around us
const broad = window.matchMedia("(min-width: 1200px)");
const wide = () => broad.matches && !document.body.classList.contains("phone"); // the phone's pages are one column
const panel = () => document.getElementById("matter");
const rows = () => Array.from(document.querySelectorAll(".desk-rows [data-row]"));
const rowOf = (number) => rows().find((row) => row.dataset.number === number);

const mark = (number) => {
  for (const row of rows()) row.classList.toggle("is-open", row.dataset.number === number);
};

const isOpen = () => "open" in grid().dataset;

const open = (number) => {
  grid().dataset.open = "";
  mark(number);
};

const close = () => {
  const number = panel()?.dataset.number;
  delete grid().dataset.open;
  mark(null);
  const empty = document.createElement("article");
  empty.className = "matter-panel is-empty";
  empty.id = "matter";
  panel()?.replaceWith(empty);
  const address = new URL(location.href);
  address.searchParams.delete("m");
  history.pushState({ htmx: true }, "", address);
  rowOf(number)?.querySelector("[data-open]").focus();
};

const openRow = (row) => {
  const link = row?.querySelector("[data-open]");
  if (!link) return;
  link.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  link.click();
};

// After a step that moved the matter the next one is opened: two thousand messages a day leave no time to aim.
const afterStep = ({ number, stage, tone, moved }) => {
  const row = rowOf(number);
  if (!row) return;
  const badge = row.querySelector(".row-tags .tag-dot");
  if (badge) {
    badge.className = `tag tag-${tone} tag-dot`;
    badge.textContent = stage;
  }
  if (!moved) return;
  row.classList.add("is-done");
  let next = row.nextElementSibling;
  while (next && !next.matches("[data-row]:not(.is-done)")) next = next.nextElementSibling;
  if (next && wide()) openRow(next);
};

// j and k move the focus (keyboard.js); with the panel open the matter follows after a moment.
let following;
const follow = () => {
  clearTimeout(following);
  following = setTimeout(() => {
    const row = document.activeElement?.closest?.(".desk-rows [data-row]");
    if (row && isOpen() && wide() && row.dataset.number !== panel()?.dataset.number) openRow(row);
  }, 220);
};

const showMap = (shown) => {
  const box = document.querySelector("[data-desk-map]");
  const toggle = document.querySelector("[data-map-toggle]");
  box.hidden = !shown;
  toggle?.setAttribute("aria-pressed", String(shown));
  if (shown && !box.childElementCount && !("asked" in box.dataset)) {
    box.dataset.asked = "";
    window.htmx.ajax("GET", box.dataset.src, { target: box, swap: "innerHTML" });
  }
};

const begin = () => showMap(wide() && localStorage.getItem(MAP_KEPT) !== "0");

const onEscape = () => {
  if (document.querySelector("dialog[open]")) return;
  if (document.activeElement?.matches("[data-search]")) return document.activeElement.blur();
  if (!closeStep() && isOpen()) close();
};

const start = () => {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".desk-rows [data-open]");
    if (link && !event.ctrlKey && !event.metaKey) open(link.closest("[data-row]").dataset.number);
    if (event.target.closest?.("[data-close-matter]")) close();
    if (event.target.closest?.("[data-map-toggle]")) {
      const shown = document.querySelector("[data-desk-map]").hidden;
      localStorage.setItem(MAP_KEPT, shown ? "1" : "0");
      showMap(shown);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") onEscape();
    if ((event.key === "j" || event.key === "k") && !event.target.closest("input, textarea, select")) follow();
  });
  document.addEventListener("change", (event) => {
    if (event.target.closest("form[data-autosubmit]")) event.target.form.requestSubmit();
  });
  document.addEventListener("matter:step", (event) => afterStep(event.detail));
  document.addEventListener("htmx:after:swap", () => {
    if (!grid()) return;
    const number = panel()?.dataset.number;
    if (number) open(number);
    if (!("asked" in document.querySelector("[data-desk-map]").dataset)) begin();
  });
  // Empty fields need not stand in the address.
  document.addEventListener("formdata", (event) => {
    if (!event.target.matches("form[data-autosubmit]")) return;
    for (const [name, value] of Array.from(event.formData)) if (!value) event.formData.delete(name);
  });
  if (document.readyState === "complete") begin();
  else window.addEventListener("load", begin);
};

if (grid()) start();
