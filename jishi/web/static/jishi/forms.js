// Forms are sent once; long texts show how much room is left; the summary of errors gets the focus.

const sending = new WeakSet();

const release = (form) => {
  sending.delete(form);
  form.querySelectorAll(".is-sending").forEach((button) => button.classList.remove("is-sending"));
};

const onSubmit = (event) => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (!("once" in form.dataset)) return;
  if (sending.has(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  sending.add(form);
  (event.submitter ?? form.querySelector("[type=submit]"))?.classList.add("is-sending");
  setTimeout(() => release(form), 30000); // the network gave up without a word
};

const onBlockedClick = (event) => {
  if (event.target.closest("[aria-disabled=true]")) event.preventDefault();
};

const count = (area) => {
  const most = Number(area.dataset.count);
  let counter = area.nextElementSibling;
  if (!counter?.classList.contains("form-counter")) {
    counter = document.createElement("span");
    counter.className = "form-counter";
    counter.setAttribute("aria-hidden", "true");
    area.after(counter);
  }
  const used = Array.from(area.value).length;
  counter.textContent = `${used} / ${most}`;
  counter.classList.toggle("is-over", used > most);
};

export const startForms = () => {
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("click", onBlockedClick, true);
  document.addEventListener("input", (event) => event.target.matches("[data-count]") && count(event.target));
  document.addEventListener("htmx:finally:request", (event) => {
    const form = event.target.closest?.("form");
    if (form) release(form);
  });
  // Back from the browser's memory: the form may be sent again, its once_key makes that harmless.
  window.addEventListener("pageshow", (event) => event.persisted && document.querySelectorAll("form").forEach(release));
  document.querySelectorAll("[data-count]").forEach(count);
  document.querySelector("[data-focus]")?.focus();
};
