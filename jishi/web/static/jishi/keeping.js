// Keeps what is typed in forms with data-keep until the server has taken it.
//
// A draft is bound to the form's name, the path and the person. The server says that it took a form by a cookie
// taken_<once_key>; only then the draft goes. An expired session, an error page, a closed window or a dead network
// lose nothing: the next time the form opens, the text is back, with the same once_key, so that a form the server
// did take without the answer reaching us is not taken twice. Files and passwords are never kept.
//
// Going back to a form that was taken finds the words of then, put there by the browser, beside a new once_key: sent
// again they would be a second matter. Such a form is opened anew, empty, and says why.

const PREFIX = "jishi-draft:";
const TAKEN = "jishi-taken:"; // in this tab: forms the server took
const EMPTIED = "jishi-emptied:"; // on its way to the emptied form, which says so
const LIFE = 72 * 3600 * 1000;
const DELAY = 400;

const person = () => document.body.dataset.person || "";
const nameOf = (form) => `${PREFIX}${person()}:${location.pathname}:${form.dataset.keep}`;

const read = (name) => {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
};

const drafts = () => Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));

const keepable = (field) =>
  field.name && !["password", "file", "submit", "button"].includes(field.type) && field.name !== "csrfmiddlewaretoken" &&
  !field.closest("[data-keep-not]");

const collect = (form) => {
  const values = {};
  for (const field of form.elements) {
    if (!keepable(field)) continue;
    if ((field.type === "checkbox" || field.type === "radio") && !field.checked) continue;
    (values[field.name] ??= []).push(field.value);
  }
  return values;
};

const isTyped = (form) =>
  Array.from(form.elements).some((field) => {
    if (!keepable(field) || field.type === "hidden") return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") return !(field.selectedOptions[0]?.defaultSelected ?? field.selectedIndex === 0);
    return field.value.trim() !== field.defaultValue.trim();
  });

const save = (form) => {
  try {
    if (isTyped(form) || "typed" in form.dataset) {
      localStorage.setItem(nameOf(form), JSON.stringify({ at: Date.now(), values: collect(form) }));
    }
  } catch {
    // A full or forbidden store: the form still works, it is only not kept.
  }
};

let timer;
let pending = null; // the form whose last words are not written down yet

const saveNow = () => {
  clearTimeout(timer);
  if (pending) save(pending);
  pending = null;
};

const dropPending = () => {
  clearTimeout(timer);
  pending = null;
};

const fill = (form, values) => {
  for (const field of form.elements) {
    if (!keepable(field)) continue;
    const held = values[field.name];
    if (field.type === "checkbox" || field.type === "radio") field.checked = Boolean(held?.includes(field.value));
    else if (held?.length) field.value = held.shift();
  }
  form.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true }));
  form.querySelectorAll("[data-count]").forEach((area) => area.dispatchEvent(new Event("input", { bubbles: true })));
};

const tell = (form, words) => {
  const notice = document.createElement("div");
  notice.className = "notice notice-moving";
  notice.setAttribute("role", "status");
  const text = document.createElement("div");
  text.className = "notice-text";
  text.textContent = words;
  notice.append(text);
  form.prepend(notice);
  return notice;
};

const announce = (form, name) => {
  const clear = document.createElement("button");
  clear.type = "button";
  clear.className = "button button-quiet button-small";
  clear.textContent = "清空重填";
  clear.addEventListener("click", () => {
    dropPending();
    localStorage.removeItem(name);
    location.reload();
  });
  tell(form, "已恢复您上次未提交的内容。").append(clear);
};

const restore = (form) => {
  if ("kept" in form.dataset) return;
  form.dataset.kept = "";
  const name = nameOf(form);
  const draft = read(name);
  // A form the server sent back with its errors holds what was typed already.
  if (!draft || "typed" in form.dataset) return;
  fill(form, draft.values);
  announce(form, name);
};

const forgetTaken = () => {
  const taken = document.cookie.split("; ").map((pair) => pair.split("=")[0]).filter((name) => name.startsWith("taken_"));
  for (const cookie of taken) {
    const key = cookie.slice("taken_".length);
    for (const name of drafts().filter((one) => read(one)?.values?.once_key?.[0] === key)) {
      localStorage.removeItem(name);
      sessionStorage.setItem(TAKEN + name, "1");
    }
    document.cookie = `${cookie}=; max-age=0; path=/; samesite=lax`;
  }
};

const forgetOld = () => {
  for (const name of drafts()) if (!(Date.now() - (read(name)?.at ?? 0) < LIFE)) localStorage.removeItem(name);
};

const emptyTaken = (event) => {
  const [visit] = performance.getEntriesByType("navigation");
  if (!event.persisted && visit?.type !== "back_forward") return;
  for (const form of document.querySelectorAll("form[data-keep]:not([data-typed])")) {
    const name = nameOf(form);
    if (!sessionStorage.getItem(TAKEN + name) || read(name)) continue; // a draft is something new, not sent yet
    sessionStorage.setItem(EMPTIED + name, "1");
    location.replace(location.pathname + location.search); // not a reset: hidden fields would keep what they hold
    return;
  }
};

const sayEmptied = (form) => {
  const name = EMPTIED + nameOf(form);
  if (!sessionStorage.getItem(name)) return;
  sessionStorage.removeItem(name);
  tell(form, "刚才的内容已经提交，不用再交一次。要办另一件，请重新填写。");
};

const restoreAll = () => document.querySelectorAll("form[data-keep]").forEach(restore);

export const startKeeping = () => {
  try {
    forgetTaken();
    forgetOld();
    restoreAll();
    document.querySelectorAll("form[data-keep]").forEach(sayEmptied);
  } catch {
    return; // storage is forbidden here
  }
  window.addEventListener("pageshow", emptyTaken);
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-keep]");
    if (!form) return;
    if (pending && pending !== form) saveNow();
    pending = form;
    clearTimeout(timer);
    timer = setTimeout(saveNow, DELAY);
  });
  // The last words before a closed window or a switch to another app.
  window.addEventListener("pagehide", saveNow);
  document.addEventListener("visibilitychange", () => document.hidden && saveNow());
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("form[data-keep]")) {
      pending = form;
      saveNow();
    }
    // Logging out on a shared computer leaves nothing of this person behind.
    if (form.matches("form[data-forget]")) {
      dropPending();
      drafts().filter((name) => name.startsWith(`${PREFIX}${person()}:`)).forEach((name) => localStorage.removeItem(name));
    }
  }, true);
  document.addEventListener("htmx:finally:request", () => {
    forgetTaken();
    restoreAll();
  });
};
