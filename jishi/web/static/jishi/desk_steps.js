// What the forms and panels of matters do in the browser: lists to narrow, places to mark, photos that stay chosen.

const slot = () => document.getElementById("step-slot");

export const toast = (text, tone = "done") => {
  const box = document.getElementById("toasts");
  if (!box) return;
  const notice = document.createElement("div");
  notice.className = `notice notice-${tone}`;
  const said = document.createElement("div");
  said.className = "notice-text";
  said.textContent = text;
  notice.append(said);
  box.append(notice);
  setTimeout(() => notice.remove(), 5000);
};

// A list of organisations becomes shorter while one types; Enter takes the first that is left.
const narrow = (input) => {
  const box = input.closest("[data-narrow]");
  const wanted = input.value.trim().toLowerCase();
  let left = 0;
  for (const group of box.querySelectorAll("[data-narrow-group]")) {
    let here = 0;
    for (const offer of group.querySelectorAll("[data-narrow-text]")) {
      offer.hidden = !offer.dataset.narrowText.toLowerCase().includes(wanted);
      here += offer.hidden ? 0 : 1;
    }
    group.hidden = here === 0;
    left += here;
  }
  box.querySelector("[data-narrow-none]").hidden = left > 0;
};

const takeFirst = (input) => {
  const first = input.closest("[data-narrow]").querySelector("[data-narrow-text]:not([hidden]) input");
  if (!first) return;
  first.checked = true;
  first.dispatchEvent(new Event("input", { bubbles: true }));
  first.focus();
};

const onNarrowKey = (event) => {
  if (event.isComposing) return;
  if (event.key === "Enter" || event.key === "ArrowDown") {
    event.preventDefault();
    takeFirst(event.target);
  }
};

// The chosen organisation is in sight when the form opens.
const showChosen = (root) => {
  for (const list of root.querySelectorAll(".bodies")) {
    const chosen = list.querySelector("input:checked");
    if (chosen) list.scrollTop = chosen.closest("label").offsetTop - list.offsetTop - 40;
  }
};

const say = (box, text) => {
  box.querySelector("[data-place-said]").textContent = text;
};

const setPoint = (box, longitude, latitude) => {
  const [east, north] = box.querySelectorAll("input[type=hidden]");
  east.value = longitude.toFixed(6);
  north.value = latitude.toFixed(6);
  east.dispatchEvent(new Event("input", { bubbles: true }));
  say(box, `已标出位置 ${east.value}, ${north.value}`);
  chooseUnit(box, east.value, north.value);
};

// The unit picker of the same form follows the point.
const chooseUnit = async (box, longitude, latitude) => {
  const selects = box.closest("form")?.querySelector("[data-unit-selects]");
  const address = selects?.querySelector("[hx-get]")?.getAttribute("hx-get");
  if (!address) return;
  const answer = await fetch(`${address}?${new URLSearchParams({ longitude, latitude })}`, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return;
  selects.innerHTML = await answer.text();
  window.htmx?.process(selects);
};

const locate = (box) => {
  if (!navigator.geolocation) return say(box, "此设备不能定位，请在地图上点选。");
  say(box, "正在定位…");
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => setPoint(box, coords.longitude, coords.latitude),
    () => say(box, "没有取得位置：请允许定位，或在地图上点选。"),
    { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
  );
};

const openMap = (box) => {
  const template = box.querySelector("[data-place-template]");
  if (!template) return;
  template.replaceWith(template.content);
  document.dispatchEvent(new CustomEvent("htmx:after:swap")); // the page looks for new maps then
};

// Photos chosen before stay chosen when the form comes back with errors: the browser would forget them.
let heldPhotos = null;
const holdPhotos = () => {
  const field = slot()?.querySelector("[data-photos]");
  heldPhotos = field?.querySelector("input[type=file]").files.length ? field : null;
};
const putPhotosBack = () => {
  const field = slot()?.querySelector("[data-photos]");
  if (heldPhotos && field && field !== heldPhotos && !field.querySelector(".form-error")) field.replaceWith(heldPhotos);
  heldPhotos = null;
};

const closeStep = () => {
  const box = slot();
  if (!box) return false;
  if (box.closest(".step-page")) {
    history.back();
    return true;
  }
  const open = box.childElementCount > 0;
  box.replaceChildren();
  return open;
};
export { closeStep };

// First inside the side of the desk, then the page until the whole side is seen, with the button at its foot.
const bringIntoSight = (form, element, block) => {
  element.scrollIntoView({ block, behavior: "instant" });
  const side = form.closest(".desk-side");
  const hidden = side ? side.getBoundingClientRect().bottom - window.innerHeight : 0;
  if (hidden > 0) window.scrollBy({ top: hidden + 8, behavior: "instant" });
};

const showStep = () => {
  const form = slot()?.querySelector("form");
  if (!form) return;
  showChosen(form);
  const wrong = form.querySelector("[data-focus]");
  // A suggestion that was accepted needs one more key: Enter on the button.
  if (!wrong && form.querySelector("[name=lead_id]:checked")) {
    form.querySelector("[type=submit]").focus({ preventScroll: true });
    bringIntoSight(form, slot(), "start");
    return;
  }
  const first = form.querySelector("input:checked, [data-narrow-by], textarea, input:not([type=hidden]), select");
  (wrong ?? first)?.focus({ preventScroll: true });
  bringIntoSight(form, form, "nearest");
};

// Long texts are cut with a button to see the rest.
const clamp = () => {
  for (const text of document.querySelectorAll("[data-clamp]:not([data-clamped])")) {
    text.dataset.clamped = "";
    if (text.scrollHeight <= text.clientHeight + 8) continue;
    const more = document.createElement("button");
    more.type = "button";
    more.className = "button button-quiet button-small";
    more.textContent = "展开全文";
    more.addEventListener("click", () => {
      const open = text.classList.toggle("is-whole");
      more.textContent = open ? "收起" : "展开全文";
    });
    text.after(more);
  }
};

const showPhoto = (link) => {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog-j photo-dialog";
  dialog.setAttribute("aria-label", "照片");
  const image = document.createElement("img");
  image.src = link.href;
  image.alt = link.querySelector("img").alt;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "dialog-close";
  close.dataset.close = "";
  close.setAttribute("aria-label", "关闭");
  close.textContent = "×";
  dialog.append(image, close);
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
};

const onClick = (event) => {
  const hit = (selector) => event.target.closest?.(selector);
  if (hit("[data-close-step]")) closeStep();
  if (hit("[data-locate]")) locate(hit("[data-place]"));
  if (hit("[data-place-map]")) openMap(hit("[data-place]"));
  if (hit("[data-print]")) window.print();
  if (hit(".more-list a")) hit("details").open = false;
  const photo = hit("[data-photo]");
  if (photo && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    showPhoto(photo);
  }
};

const onKey = (event) => {
  if (event.target.matches?.("[data-narrow-by]")) onNarrowKey(event);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.closest?.("form")?.requestSubmit();
};

document.addEventListener("click", onClick);
document.addEventListener("keydown", onKey);
document.addEventListener("input", (event) => event.target.matches("[data-narrow-by]") && narrow(event.target));
document.addEventListener("map:pick", (event) => {
  const box = event.target.closest("[data-place]");
  if (box) setPoint(box, event.detail.longitude, event.detail.latitude);
});
document.addEventListener("htmx:before:swap", holdPhotos);
document.addEventListener("htmx:after:swap", () => {
  putPhotosBack();
  showStep();
  clamp();
});
document.addEventListener("matter:step", (event) => toast(`已办理：${event.detail.said}`));
clamp();
showChosen(document);
