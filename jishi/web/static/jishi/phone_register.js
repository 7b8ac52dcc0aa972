// Registering on the way: first onto this phone's disk, then to the server. So a report is never only on the wire.
import { spoken, start, show } from "./offline.js";
import { arrivedOf, freshKey, keep, reportsOf, take } from "./offline_queue.js";

const form = document.getElementById("phone-register");
const done = document.querySelector("[data-done]");
const LEFT_OUT = new Set(["csrfmiddlewaretoken", "once_key", "entered_at", "photos"]);

const person = () => document.body.dataset.person;
let corrected = null; // the refused report that is being corrected

const fieldsOf = () => {
  const fields = {};
  for (const [name, value] of new FormData(form)) if (!LEFT_OUT.has(name)) fields[name] = value;
  return fields;
};

const photosReady = () =>
  new Promise((ready) => {
    const look = () => (form.getAttribute("aria-busy") ? setTimeout(look, 50) : ready([...form.elements.photos.files]));
    look();
  });

const refuse = (text, field) => {
  const box = form.querySelector("[data-refusal]");
  box.querySelector(".notice-text").textContent = text;
  box.hidden = false;
  box.focus();
  form.elements[field]?.setAttribute?.("aria-invalid", "true");
};

// The two mistakes that can be seen without the server.
const missing = (fields, photos) => {
  if (!fields.text?.trim() && !fields.category_code) {
    return [photos.length ? "请写几个字，或选择类别。" : "请写几个字，或拍照并选择类别。", "text"];
  }
  if (fields.settled && !fields.settled_note?.trim()) return ["请写明怎样处理的。", "settled_note"];
  return null;
};

const className = () => form.elements.category_code.selectedOptions[0]?.textContent.trim() ?? "";

const entry = (fields, photos) => ({
  ...(corrected ?? { key: form.elements.once_key.value, person: person(), enteredAt: new Date().toISOString() }),
  fields: { ...fields, text: fields.text?.trim() || className() },
  photos,
  state: "waiting",
  reason: "",
  wrong: {},
  tries: 0,
});

// The browser drops the draft of a form that was taken; on the disk is taken.
const forgetDraft = () => {
  document.cookie = `taken_${form.elements.once_key.value}=1; max-age=86400; path=/; samesite=lax`;
};

const say = (kind, title, number, hint) => {
  form.hidden = true;
  done.hidden = false;
  done.querySelectorAll("[data-done-icon]").forEach((icon) => (icon.hidden = icon.dataset.doneIcon !== kind));
  done.querySelector("[data-done-title]").textContent = title;
  done.querySelector("[data-done-number]").textContent = number;
  done.querySelector("[data-done-hint]").textContent = hint;
  done.focus();
};

const sayArrived = (row, report) => {
  const hint = report.fields.settled ? "已记为当场处理，等待他人核实。" : "已送到网格中心。";
  say("sent", "登记成功", row.number, hint);
  const code = done.querySelector("[data-done-code]");
  code.hidden = !report.fields.reporter_name && !report.fields.reporter_phone;
  code.querySelector("strong").textContent = row.code;
};

const sayOutcome = async (report) => {
  const row = (await arrivedOf(person())).find((each) => each.key === report.key);
  if (row) return sayArrived(row, report);
  const held = await take(report.seq);
  if (held?.state === "refused") {
    corrected = held;
    return refuse(held.reason, Object.keys(held.wrong)[0]);
  }
  const count = (await reportsOf(person())).length;
  say("kept", "已存在本机", "", `联网后自动发送，待发送 ${count} 件。`);
};

const onSubmit = async (event) => {
  event.preventDefault();
  const photos = await photosReady();
  const fields = fieldsOf();
  const wrong = missing(fields, photos);
  if (wrong) return refuse(...wrong);
  form.querySelector("[data-refusal]").hidden = true;
  const submit = form.querySelector("[type=submit]");
  submit.disabled = true;
  try {
    const report = await keep(entry(fields, photos));
    forgetDraft();
    await show();
    if (navigator.onLine) await start();
    await sayOutcome(report);
  } catch (error) {
    refuse(`没有存下来：${error.message}。请检查手机的存储空间，内容还在这一页上。`);
  } finally {
    submit.disabled = false;
  }
};

const fillIn = (report) => {
  corrected = report;
  for (const [name, value] of Object.entries(report.fields)) {
    const field = form.elements[name];
    if (!field) continue;
    if (field.type === "checkbox") field.checked = true;
    else field.value = value;
  }
  const files = new DataTransfer();
  report.photos.forEach((photo, place) => files.items.add(new File([photo], `${place + 1}.jpg`, { type: "image/jpeg" })));
  form.elements.photos.files = files.files;
  form.elements.photos.dispatchEvent(new Event("change"));
  refuse(`${report.reason}（录入于 ${spoken(report.enteredAt)}）`, Object.keys(report.wrong)[0]);
};

const openForCorrection = async () => {
  const seq = Number(location.hash.match(/^#edit=(\d+)$/)?.[1]);
  const report = seq ? await take(seq) : null;
  if (report?.person === person() && report.state === "refused") fillIn(report);
};

if (form) {
  form.elements.once_key.value = freshKey(); // the page may come from the phone's memory and its key be used
  form.addEventListener("submit", onSubmit);
  window.addEventListener("hashchange", () => location.reload());
  openForCorrection();
}
