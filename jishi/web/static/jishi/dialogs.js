// Native dialogs, menus that close by themselves, notices that can be put away.

const open = (dialog) => {
  if (dialog && !dialog.open) dialog.showModal();
};

const onClick = (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) open(document.getElementById(opener.dataset.dialog));

  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog")?.close();

  // A click on the backdrop lands on the dialog element itself.
  if (event.target instanceof HTMLDialogElement) event.target.close();

  const remover = event.target.closest("[data-remove]");
  if (remover) remover.closest(remover.dataset.remove)?.remove();

  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target) && !menu.nextElementSibling?.contains(event.target)) menu.open = false;
  }
};

const onEscape = (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) menu.open = false;
};

// A dialog whose form came back with errors opens again by itself.
const openMarked = () => document.querySelectorAll("dialog[data-open]").forEach(open);

export const startDialogs = () => {
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onEscape);
  document.addEventListener("htmx:after:swap", openMarked);
  openMarked();
};
