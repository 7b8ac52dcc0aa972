// The day on the phone: chips without a round trip, and sheets that take one tap to open and one to confirm.
import { freshKey } from "./offline_queue.js";
import { toast } from "./desk_steps.js";

const rows = () => document.querySelectorAll("[data-kinds]");

const choose = (kind) => {
  let shown = 0;
  for (const row of rows()) {
    row.hidden = kind ? !row.dataset.kinds.split(" ").includes(kind) : row.dataset.all !== "yes";
    shown += row.hidden ? 0 : 1;
  }
  document.querySelector("[data-day-empty]").hidden = shown > 0;
  for (const chip of document.querySelectorAll("[data-show]")) {
    if (chip.dataset.show !== kind) chip.removeAttribute("aria-current");
    else {
      chip.setAttribute("aria-current", "true");
      chip.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }
};

const fromAddress = () => choose(new URLSearchParams(location.search).get("show") ?? "");

const openSheet = (link) => {
  const template = document.querySelector(`[data-sheet-template="${link.dataset.sheet}"]`);
  const dialog = template.content.firstElementChild.cloneNode(true);
  const form = dialog.querySelector("form");
  form.action = new URL(link.href).pathname;
  form.elements.once_key.value = freshKey();
  form.elements.version.value = link.dataset.version;
  dialog.querySelector("[data-sheet-title]").textContent = link.dataset.title;
  const otherwise = dialog.querySelector("[data-sheet-otherwise]");
  if (otherwise) otherwise.href = link.dataset.otherwise;
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  document.dispatchEvent(new CustomEvent("htmx:after:swap")); // photo fields and maps look for themselves
  dialog.showModal();
  if (link.dataset.sheet === "verify") lookAround(dialog);
};

// The camera opens at once, and meanwhile the phone finds out where it is.
const lookAround = (dialog) => {
  dialog.querySelector("input[type=file]").click();
  dialog.querySelector("[data-locate]").click();
};

const onVerify = (event) => {
  const form = event.target;
  if (!form.matches("[data-verify]")) return;
  const lacks =
    (!form.elements.photos.files.length && "请先拍一张现场照片。") ||
    (!form.elements.longitude.value && "还没有取得位置：请允许定位，或在地图上点选。") ||
    (!form.elements.note.value.trim() && "请写明核实情况。");
  if (!lacks) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const error = form.querySelector("[data-sheet-error]");
  error.textContent = lacks;
  error.hidden = false;
};

const onClick = (event) => {
  const chip = event.target.closest("[data-show]");
  const sheet = event.target.closest("[data-sheet]");
  const phrase = event.target.closest(".phrase");
  if (chip) {
    event.preventDefault();
    history.replaceState(null, "", chip.href);
    choose(chip.dataset.show);
  }
  if (sheet) {
    event.preventDefault();
    if (navigator.onLine) openSheet(sheet);
    else toast("没有网络，联网后才能提交。", "waiting");
  }
  if (phrase) {
    const words = document.getElementById(phrase.parentElement.dataset.phrasesFor);
    words.value = words.value ? `${words.value}，${phrase.textContent}` : phrase.textContent;
    words.dispatchEvent(new Event("input", { bubbles: true }));
  }
};

if (document.querySelector("[data-day-chips]")) {
  document.addEventListener("click", onClick);
  window.addEventListener("submit", onVerify, true); // before the form counts as sent
  fromAddress();
}
