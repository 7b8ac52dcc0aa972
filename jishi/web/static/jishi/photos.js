// Photos are shrunk before they are sent: at most 1600 px, JPEG, drawn anew and so without place data.

const LONGEST = 1600;
const QUALITY = 0.82;

const shrink = async (file) => {
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file; // not a picture this browser can read: the server decides
  }
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return blob ? new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
};

const put = (input, files) => {
  const held = new DataTransfer();
  files.forEach((file) => held.items.add(file));
  input.files = held.files;
};

const show = (box, input, files) => {
  const list = box.querySelector("[data-photo-list]");
  list.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
  list.replaceChildren(
    ...files.map((file, place) => {
      const item = document.createElement("li");
      const image = document.createElement("img");
      image.src = URL.createObjectURL(file);
      image.alt = `照片 ${place + 1}:${file.name}`;
      const remove = document.createElement("button");
      remove.type = "button";
      remove.textContent = "×";
      remove.setAttribute("aria-label", `删除照片 ${place + 1}`);
      remove.addEventListener("click", () => {
        files.splice(place, 1);
        put(input, files);
        show(box, input, files);
      });
      item.append(image, remove);
      return item;
    }),
  );
};

const take = async (box, input, held) => {
  const most = Number(box.dataset.max);
  const chosen = Array.from(input.files);
  const form = input.form;
  form?.setAttribute("aria-busy", "true");
  for (const file of chosen.slice(0, Math.max(0, most - held.length))) held.push(await shrink(file));
  form?.removeAttribute("aria-busy");
  put(input, held);
  show(box, input, held);
};

const start = (box) => {
  if ("started" in box.dataset) return;
  box.dataset.started = "";
  const input = box.querySelector("input[type=file]");
  const held = [];
  // Choosing again adds to what is there.
  input.addEventListener("change", () => take(box, input, held));
};

const startAll = () => document.querySelectorAll("[data-photos]").forEach(start);

export const startPhotos = () => {
  startAll();
  document.addEventListener("htmx:after:swap", startAll);
};
