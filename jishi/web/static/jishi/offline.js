// Says on every page of a person at work what still waits on this phone, and sends it when there is a network.
import { drop, forgetArrived, arrivedOf, reportsOf } from "./offline_queue.js";
import { send } from "./offline_sending.js";

const MARK = "jishi-offline"; // in localStorage: this browser has been used for registering on the way
const AGAIN = 60000;

const person = () => document.body.dataset.person || "";
const outboxes = () => document.querySelectorAll("[data-outbox]");

const clock = new Intl.DateTimeFormat("zh-CN", { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
export const spoken = (moment) => clock.format(new Date(moment));

const WORDS = {
  offline: "现在没有网络，联网后自动发送。",
  login: "登录已过期。内容都还在本机，登录后自动发送。",
  other: "现在登录的是另一位同事，请用录入时的账号登录后发送。",
  later: "系统正忙，稍后自动再发。",
};

let waiting = 0;
let ended = "";
let again = 0;

const node = (tag, className, text = "") => {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
};

const press = (text, className, act) => {
  const button = node("button", `button button-small ${className}`, text);
  button.type = "button";
  button.addEventListener("click", act);
  return button;
};

const lineOf = (report) => {
  const line = node("li", `outbox-line outbox-${report.state}`);
  const words = node("div", "outbox-words", report.fields.text || "（照片）");
  const sub = `录入于 ${spoken(report.enteredAt)}${report.photos.length ? ` · ${report.photos.length} 张照片` : ""}`;
  words.append(node("small", "", sub));
  line.append(words);
  if (report.state === "refused") {
    words.append(node("p", "form-error", report.reason));
    const edit = node("a", "button button-small button-plain", "修改");
    edit.href = `/day/register/#edit=${report.seq}`;
    line.append(edit, press("删除", "button-quiet", () => removeAfterAsking(report)));
  }
  return line;
};

const removeAfterAsking = async (report) => {
  if (!window.confirm("删除后无法找回。确定删除这件未送达的登记？")) return;
  await drop(report.seq);
  await show();
};

const arrivedLine = (row) => {
  const line = node("li", "outbox-line outbox-arrived");
  const words = node("div", "outbox-words", row.text || "（照片）");
  const link = node("a", "mono", row.number);
  link.href = `/matters/${row.number}/`;
  words.append(link);
  line.append(words, node("small", "", spoken(row.at)));
  return line;
};

const fill = (box, reports, done) => {
  const parts = [];
  if (reports.length) {
    const head = node("div", "outbox-head");
    const refused = reports.filter((report) => report.state === "refused").length;
    head.append(node("strong", "", `待发送 ${reports.length} 件`));
    if (refused) head.append(node("span", "tag tag-alert", `${refused} 件需修改`));
    if (refused < reports.length) head.append(press("现在发送", "button-plain", () => start()));
    parts.push(head);
    if (WORDS[ended]) {
      const said = node("p", "outbox-said", WORDS[ended]);
      if (ended === "login") {
        const link = node("a", "", "去登录");
        link.href = `/login/?next=${encodeURIComponent(location.pathname)}`;
        said.append(link);
      }
      parts.push(said);
    }
    const list = node("ul", "outbox-list");
    list.append(...reports.map(lineOf));
    parts.push(list);
  }
  if (done.length) {
    const details = node("details", "outbox-done");
    details.append(node("summary", "", `近三天已送达 ${done.length} 件`));
    const list = node("ul", "outbox-list");
    list.append(...done.map(arrivedLine));
    details.append(list);
    parts.push(details);
  }
  box.replaceChildren(...parts);
  box.hidden = !parts.length;
};

/** Draws the outbox anew wherever the page has one. */
export const show = async () => {
  const reports = await reportsOf(person());
  waiting = reports.length;
  document.body.dataset.waiting = waiting;
  if (!outboxes().length) return;
  const done = await arrivedOf(person());
  outboxes().forEach((box) => fill(box, reports, done));
};

/** Sends what waits and shows where it ended. */
export const start = async () => {
  if (!person()) return "login";
  clearTimeout(again);
  ended = await send(person(), show);
  if (ended !== "done") again = setTimeout(start, AGAIN);
  await show();
  return ended;
};

// A page from the phone's memory says so, and until when it knew.
const sayOffline = () => {
  const bar = document.querySelector("[data-offline-bar]");
  const at = document.body.dataset.offlineAt;
  if (!bar || !at) return;
  bar.className = "offline-bar";
  bar.textContent = `离线，内容截至 ${spoken(at)}`;
  bar.append(refreshLink("刷新"));
  bar.hidden = false;
};

const refreshLink = (text) => {
  const link = node("a", "", text);
  link.href = location.href;
  return link;
};

const isBack = async () => {
  await start();
  const bar = document.querySelector("[data-offline-bar]");
  if (!document.body.dataset.offlineAt || !bar) return;
  bar.replaceChildren(refreshLink("网络已恢复，点这里刷新"));
};

// Logging out keeps what waits, but nobody should walk away without knowing; the pages kept for offline go.
const onLogout = (event) => {
  if (!event.target.matches("form[data-forget]")) return;
  const said = `还有 ${waiting} 件登记没有发送。退出后仍存在本机，只有您再次登录才能发送。确定退出？`;
  if (waiting && !window.confirm(said)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  forgetArrived(person());
  navigator.serviceWorker?.controller?.postMessage({ forget: true });
};

const startWorker = async () => {
  if (!navigator.serviceWorker || !document.querySelector("[data-offline-bar]")) return;
  localStorage.setItem(MARK, "1");
  navigator.storage?.persist?.();
  await navigator.serviceWorker.register("/sw.js");
  const { active } = await navigator.serviceWorker.ready;
  if (!document.body.dataset.offlineAt) active.postMessage({ keep: true, person: person() });
};

const begin = async () => {
  if (!person()) return;
  document.addEventListener("submit", onLogout, true);
  window.addEventListener("online", isBack);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && waiting && start());
  sayOffline();
  await show();
  await Promise.allSettled([startWorker(), start()]);
};

begin();
