// A label is read from a photo, on the phone itself: the picture goes nowhere. Where the browser cannot, there is no button.
const DIGITS = /[0-9]{16}/;

const codeIn = async (reader, file) => {
  const picture = await createImageBitmap(file);
  const found = await reader.detect(picture);
  picture.close();
  return found.map((one) => DIGITS.exec(one.rawValue)?.[0]).find(Boolean);
};

const begin = async () => {
  const button = document.querySelector("[data-scan]");
  if (!button || !("BarcodeDetector" in window)) return;
  const kinds = await BarcodeDetector.getSupportedFormats();
  if (!kinds.includes("qr_code")) return;
  const reader = new BarcodeDetector({ formats: ["qr_code", "code_128"].filter((kind) => kinds.includes(kind)) });
  const told = document.querySelector("[data-scanned]");
  button.hidden = false;
  button.querySelector("input").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    told.textContent = "正在识别…";
    const code = await codeIn(reader, file).catch(() => undefined);
    target.value = "";
    if (code) location.assign(`${button.dataset.target}?${new URLSearchParams({ q: code })}`);
    else told.textContent = "没有认出部件代码，请靠近再拍一张，或输入16位代码。";
  });
};
begin();
