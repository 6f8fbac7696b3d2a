// Elements, and the parts that many widgets are made of: choices, sliders, rows of numbers.

/**
 * A DOM element from a tag, its attributes and its children (strings or elements).
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @param {...(string | Node)} children
 * @returns {any} of the type that its tag says
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/**
 * @param {Element} element
 * @param {Record<string, string | number>} attributes
 */
export function setAttributes(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
}

/**
 * An SVG element with its attributes.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} [attributes]
 */
export function svgElement(tag, attributes = {}) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  setAttributes(element, attributes);
  return element;
}

/** A name that nothing else on the page has. crypto.randomUUID is there over https alone. */
export const uniqueName = () => `gn-${Math.random().toString(36).slice(2)}`;

/**
 * How far an arrow key goes: steps to the right, and down.
 * @type {Record<string, [right: number, below: number]>}
 */
export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Parts behind a label that readers of the screen alone need: the parts are named themselves.
 * @param {string} label
 * @param {...Node} parts
 */
export const labelled = (label, ...parts) =>
  h("div", { class: "gn-labelled" }, h("span", { "aria-hidden": "true" }, label), ...parts);

/**
 * A row of choices of which one holds; show(value) checks one.
 * @template Value
 * @param {object} options
 * @param {string} options.label what is chosen; it stands before the row where it is `shown`
 * @param {[Value, string][]} options.options value and text of each
 * @param {string} options.mark the data attribute of each input
 * @param {(value: Value) => void} options.pick
 * @param {boolean | string} [options.shown] a text that stands there instead of the label
 */
export function choice({ label, options, mark, pick, shown = false }) {
  const name = uniqueName();
  const inputs = options.map(([value]) => {
    const input = h("input", { type: "radio", name, value, [mark]: value });
    input.addEventListener("change", () => pick(value));
    return input;
  });
  const labels = options.map(([, text], i) => h("label", { class: "gn-choice" }, inputs[i], h("span", {}, text)));
  const row = h("div", { class: "gn-choices-row", role: "radiogroup", "aria-label": label }, ...labels);
  const show = (/** @type {Value} */ value) => {
    for (const [i, input] of inputs.entries()) input.checked = options[i][0] === value;
  };
  return { element: shown ? labelled(shown === true ? label : shown, row) : row, show };
}

/**
 * A slider under its label and its value; show(position, text, spoken) moves it: `text` stands over it, `spoken`, where
 * it is given, is what a reader hears of the position. Without `pick`, its owner listens to the input.
 * @param {object} options
 * @param {string[]} options.label words before the value, and after it
 * @param {string} options.mark the data attribute of the input
 * @param {string} [options.value] the name of the value
 * @param {(position: number) => void} [options.pick]
 * @param {Record<string, any>} options.range min, max and step
 */
export function slider({ label: [before, ...after], mark, value, pick, range }) {
  const input = h("input", { type: "range", ...range, [mark]: true });
  const shown = h("b", { "data-gn-value": value });
  if (pick) input.addEventListener("input", () => pick(+input.value));
  const words = h("span", {}, before, " ", shown, ...after.flatMap((text) => [" ", text]));
  const element = h("label", { class: "gn-slider-line" }, words, input);
  /** @type {(position: number, text: string, spoken?: string) => void} */
  const show = (position, text, spoken) => {
    input.value = String(position);
    shown.textContent = text;
    if (spoken) input.setAttribute("aria-valuetext", spoken);
  };
  return { element, input, show };
}

/**
 * A box to tick, with a text.
 * @param {object} options
 * @param {string} options.label
 * @param {string} options.mark the data attribute of the input
 * @param {string | boolean} [options.value] its value
 * @param {(on: boolean) => void} options.pick
 * @param {Node[]} [options.before] what stands between the box and the text
 */
export function checkbox({ label, mark, value = true, pick, before = [] }) {
  const input = h("input", { type: "checkbox", [mark]: value });
  input.addEventListener("change", () => pick(input.checked));
  return { element: h("label", { class: "gn-check" }, input, ...before, label), input };
}

/**
 * A field for a number; show(value) sets it, unless it is being typed in. What is no number yet is not picked.
 * @param {object} options
 * @param {string} options.label
 * @param {Record<string, any>} options.marks its data attributes
 * @param {(value: number) => void} options.pick
 */
export function numberField({ label, marks, pick }) {
  const input = h("input", { type: "number", step: 0.5, "aria-label": label, ...marks });
  input.addEventListener("input", () => {
    if (input.value !== "" && Number.isFinite(+input.value)) pick(+input.value);
  });
  const show = (/** @type {number} */ value) => {
    if (document.activeElement !== input) input.value = String(value);
  };
  return { input, show };
}

/**
 * A list of named numbers; show(texts) sets some of them, by key.
 * @param {[string, string][]} rows key and label of each
 */
export function facts(rows) {
  const values = Object.fromEntries(rows.map(([key]) => [key, h("b", { "data-gn-value": key })]));
  const labels = Object.fromEntries(rows.map(([key, label]) => [key, h("dt", {}, label)]));
  const lines = rows.map(([key]) => h("div", {}, labels[key], h("dd", {}, values[key])));
  const show = (/** @type {Record<string, string | number>} */ texts) => {
    for (const [key, text] of Object.entries(texts)) values[key].textContent = String(text);
  };
  return { element: h("dl", { class: "gn-facts" }, ...lines), labels, show };
}

/** The sentence that says what the picture shows, and that is read out when it changes. */
export const liveText = () => h("p", { class: "gn-live-text", "aria-live": "polite" });

/**
 * The controls over or under a picture.
 * @param {...Node} parts
 */
export const drive = (...parts) => h("div", { class: "gn-drive" }, ...parts);

/**
 * The place of a drawing that is described in words.
 * @param {string} [label]
 * @param {string} [kind] its class
 */
export const drawingPlace = (label, kind = "gn-picture") => h("div", { class: kind, role: "img", "aria-label": label });
