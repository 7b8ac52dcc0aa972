// The report page: the map is fetched only when somebody wants to tap a place; the community follows the tap.

const openMap = (details) => {
  const template = details.querySelector("template[data-map-template]");
  if (!template || !details.open) return;
  template.replaceWith(template.content);
  import("./map.js").then((module) => module.startMaps());
};

for (const details of document.querySelectorAll("details[data-map-when-open]")) {
  openMap(details);
  details.addEventListener("toggle", () => openMap(details));
}

document.addEventListener("map:pick", ({ detail }) => {
  const select = document.querySelector("#id_unit");
  if (select && detail.unit && select.querySelector(`option[value="${detail.unit.id}"]`)) select.value = detail.unit.id;
});

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
