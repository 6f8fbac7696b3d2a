// The reader's own picture: chosen or dropped, shown as it is and as the networks see it, asked about or put beside.
import { choice, h } from "../shared/dom.js";
import { Refused, readPicture } from "./picture_file.js";

const SIZE = "32\u00a0×\u00a032"; // unbroken

/** Files that are dropped anywhere on the widget, where the place for them is open. */
function catchDrops(root, element, take) {
  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
  const over = (event) => {
    if (!holdsFiles(event) || element.hidden) return;
    event.preventDefault();
    event.stopPropagation();
    root.classList.toggle("gn-dropping", event.type === "dragover");
    if (event.type === "drop") take(event.dataTransfer.files[0]);
  };
  for (const kind of ["dragover", "drop"]) root.addEventListener(kind, over);
  root.addEventListener("dragleave", () => root.classList.remove("gn-dropping"));
}

/** What was brought, in two sizes: as it is, and as the networks see it. Returns {element, show}. */
function createPreview(album, tr) {
  const [whole, small] = [h("div"), h("div")];
  const figure = (place, caption) => h("figure", {}, place, h("figcaption", { class: "gn-part" }, caption));
  const shots = [figure(whole, tr("your picture")), figure(small, tr("what they see: {size}", { size: SIZE }))];
  const show = (canvas, own) => {
    whole.replaceChildren(canvas);
    small.replaceChildren(album.image(own, "gn-photo"));
  };
  return { element: h("div", { class: "gn-shots" }, ...shots), show };
}

/**
 * root takes drops. bring(bytes) takes a picture, place(as) says what it is: it "stays", or stands "beside"; remove()
 * takes it away. Returns {element, show}: show(state) after each change.
 */
export function createOwn({ root, album, tr, bring, place, remove }) {
  const input = h("input", { type: "file", accept: "image/*", hidden: true });
  const button = h("button", { type: "button", "data-gn-do": "own", onclick: () => input.click() });
  const said = h("p", { class: "gn-said", role: "status" });
  const preview = createPreview(album, tr);
  let canvas = /** @type {HTMLCanvasElement | null} */ (null);
  async function take(file) {
    said.textContent = "";
    try {
      const picture = await readPicture(file);
      canvas = picture.canvas;
      bring(picture.bytes);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      said.textContent = tr(error.message, error.values);
    }
  }
  input.addEventListener("change", () => {
    if (input.files.length) take(input.files[0]);
    input.value = ""; // the same file may come again
  });
  const role = choice({
    label: tr("Your picture"),
    options: [
      ["stays", tr("stays")],
      ["beside", tr("is the neighbour")],
    ],
    mark: "data-gn-own",
    pick: place,
    shown: true,
  });
  const away = () => {
    remove();
    button.focus();
  };
  const off = h("button", { type: "button", "data-gn-do": "own-away", onclick: away }, tr("Take it away"));
  const drop = h("span", { class: "gn-drop-hint" }, tr("or drop a file here."));
  const stays = h("span", { class: "gn-stays-here" }, tr("It stays on this device: nothing is sent."));
  const knows = tr(
    "The networks know ten classes, from pictures of {size}: whatever they see, they name one of the ten. Nothing is sent, and no link holds your picture.",
    { size: SIZE },
  );
  const ways = h("div", { class: "gn-own-ways" }, button, off, drop, stays);
  const note = h("p", { class: "gn-note" }, knows);
  const words = h("div", { class: "gn-own-words" }, ways, role.element, note, said);
  const element = h("div", { class: "gn-own" }, preview.element, words, input);
  catchDrops(root, element, take);
  const show = ({ own, ownAs }) => {
    for (const part of [drop, stays]) part.hidden = Boolean(own);
    for (const part of [preview.element, role.element, off, note]) part.hidden = !own;
    button.textContent = own ? tr("Choose another") : tr("Use your own picture");
    role.show(ownAs);
    if (own) preview.show(canvas, album.count);
  };
  return { element, show };
}
