// What every page does in the browser. Each module looks for its own data attributes and does nothing without them.
import { startDialogs } from "./dialogs.js";
import { startForms } from "./forms.js";
import { startKeeping } from "./keeping.js";
import { startKeyboard } from "./keyboard.js";
import { startPhotos } from "./photos.js";

startKeeping();
startForms();
startDialogs();
startPhotos();
startKeyboard();

// A browser that was used for registering on the way may hold what was not sent yet: any page can send it.
try {
  if (localStorage.getItem("jishi-offline")) import("./offline.js");
} catch {
  // Storage is forbidden here, so nothing waits.
}

// The map is a third of a megabyte: fetched only where a page has one.
const startMaps = () => {
  if (document.querySelector("[data-map]:not([data-started])")) {
    import("./map.js").then((module) => module.startMaps());
  }
};
startMaps();
document.addEventListener("htmx:after:swap", startMaps);
