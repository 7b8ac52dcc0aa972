// Entering a household with one thumb: Enter goes on to the next field instead of sending the form, and without a
// network the form stays as it is instead of giving way to the browser's error page.

const form = document.querySelector("form[data-next-field]");
const notice = form.querySelector("[data-no-network]");

const fields = () =>
  [...form.querySelectorAll("input:not([type=hidden]):not([type=checkbox]), select, [data-more-row] button")].filter((field) =>
    field.checkVisibility(),
  );

const mark = () => form.querySelectorAll("input.form-control").forEach((field) => field.setAttribute("enterkeyhint", "next"));

form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("input.form-control")) return;
  event.preventDefault();
  const all = fields();
  all[all.indexOf(event.target) + 1]?.focus();
});

// Before the document hears of it: a form that was not sent must not count as sent.
window.addEventListener(
  "submit",
  (event) => {
    if (event.target !== form) return;
    notice.hidden = navigator.onLine;
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    notice.focus();
  },
  true,
);

// Whoever adds somebody goes on with the name.
let people = form.querySelectorAll(".person-row").length;
document.addEventListener("htmx:finally:request", () => {
  mark();
  const rows = form.querySelectorAll(".person-row");
  if (rows.length > people) rows[rows.length - 1].querySelector("input").focus();
  people = rows.length;
});

mark();
