// Lists by keyboard: j and k move, Enter opens (the focused link does that itself), / searches, ? explains.
// Any element with data-key="d" is clicked by that key; data-key-label says in the help what it does.

const rows = () => Array.from(document.querySelectorAll("[data-list] [data-row]"));
const opener = (row) => row.querySelector("[data-open]") ?? row.querySelector("a, button") ?? row;

const move = (by) => {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(all.length - 1, Math.max(0, now < 0 ? (by > 0 ? 0 : all.length - 1) : now + by))];
  opener(next).focus();
  next.scrollIntoView({ block: "nearest" });
};

const help = () => {
  const known = [["j", "下一行"], ["k", "上一行"], ["Enter", "打开"], ["/", "搜索"], ["Esc", "关闭窗口"], ["?", "本说明"]];
  for (const element of document.querySelectorAll("[data-key]")) {
    known.push([element.dataset.key, element.dataset.keyLabel || element.textContent.trim()]);
  }
  const dialog = document.createElement("dialog");
  dialog.className = "dialog-j";
  dialog.setAttribute("aria-label", "键盘快捷键");
  const head = document.createElement("div");
  head.className = "dialog-head";
  const title = document.createElement("h2");
  title.textContent = "键盘快捷键";
  const close = document.createElement("button");
  close.type = "button";
  close.className = "dialog-close";
  close.dataset.close = "";
  close.setAttribute("aria-label", "关闭");
  close.textContent = "×";
  head.append(title, close);
  const list = document.createElement("dl");
  list.className = "keys-list";
  for (const [key, label] of known) {
    const term = document.createElement("dt");
    const cap = document.createElement("kbd");
    cap.textContent = key;
    term.append(cap);
    const text = document.createElement("dd");
    text.textContent = label;
    list.append(term, text);
  }
  const body = document.createElement("div");
  body.className = "dialog-body";
  body.append(list);
  dialog.append(head, body);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
};

const typing = (element) => element.closest("input, textarea, select, [contenteditable]") !== null;

const onKey = (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const acts = { j: () => move(1), k: () => move(-1), "?": help, "/": () => document.querySelector("[data-search]")?.focus() };
  const own = Array.from(document.querySelectorAll("[data-key]")).find((element) => element.dataset.key === event.key);
  const act = own ? () => own.click() : acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
};

export const startKeyboard = () => document.addEventListener("keydown", onKey);
