// The formula whose symbols can be touched: MathML, written here. x̂, μ, σ and the current norm's set.
import { h } from "../shared/dom.js";
import { N_ } from "../shared/i18n.js";
import { CONDITIONS } from "./symbols.js";

/** @typedef {import("../shared/i18n.js").Translator} Translator */

const mi = (/** @type {string} */ text) => `<mi>${text}</mi>`;
const mo = (/** @type {string} */ text, attributes = "") => `<mo stretchy="false"${attributes}>${text}</mo>`;
const sub = (/** @type {string} */ base, /** @type {string} */ index) => `<msub>${base}${index}</msub>`;
const row = (/** @type {string[]} */ ...parts) => `<mrow>${parts.join("")}</mrow>`;
const math = (/** @type {string[]} */ ...parts) => `<math displaystyle="true">${row(...parts)}</math>`;
/** Drawn by formula.css: Chromium takes the root of a sum apart, its hook from its bar. */
const root = (/** @type {string[]} */ ...parts) =>
  `<mrow class="root"><mspace width=".8em"></mspace>${parts.join("")}</mrow>`;
const floor = (/** @type {string} */ inner) => row(mo("⌊"), inner, mo("⌋"));

const I = mi("i");
const PER_GROUP = row(mo("("), mi("C"), mo("/"), mi("G"), mo(")"));

/**
 * What each symbol is called, for readers of the screen.
 * @type {Record<string, string>}
 */
const NAMES = {
  cell: N_("x i, the chosen cell"),
  set: N_("S i, the set"),
  count: N_("m, how many"),
  mean: N_("mu i, the mean"),
  values: N_("x k, the values of the set"),
  sigma: N_("sigma i, the standard deviation"),
  x_hat: N_("x hat i, the output"),
  same_image: N_("k and i are in the same image"),
  same_channel: N_("k and i are in the same channel"),
  same_group: N_("k and i are in the same group of channels"),
};

/** The index of a condition: k_C, i_N and the like. */
const part = (/** @type {string} */ index, /** @type {string} */ axis) => sub(mi(index), mi(axis));

/** A condition holds of k as of i. */
const CONTENTS = {
  same_image: () => row(part("k", "N"), mo("="), part("i", "N")),
  same_channel: () => row(part("k", "C"), mo("="), part("i", "C")),
  same_group: (/** @type {boolean} */ interleaved) => {
    const side = (/** @type {string} */ index) =>
      interleaved ? row(part(index, "C"), mi("mod"), mi("G")) : floor(row(part(index, "C"), mo("/"), PER_GROUP));
    return row(side("k"), mo("="), side("i"));
  },
};

/**
 * A symbol that can be touched, with room for a thumb.
 * @param {string} symbol
 * @param {string} content
 */
function alive(symbol, content, small = false) {
  const room = `<mspace ${small ? 'width=".55em" height="1.3em" depth=".6em"' : 'width=".27em" height=".95em" depth=".45em"'}></mspace>`;
  return `<mrow class="alive" data-gn-symbol="${symbol}">${room}${content}${room}</mrow>`;
}

/**
 * The formula as markup, a piece a line where there is room for no more.
 * @param {{ method: string, interleaved: boolean }} state
 */
function formulaMarkup({ method, interleaved }) {
  const xHat = () => alive("x_hat", sub(`<mover accent="true">${mi("x")}${mo("^")}</mover>`, I));
  const x = () => alive("cell", sub(mi("x"), I));
  const xk = () => alive("values", sub(mi("x"), mi("k")));
  const mu = () => alive("mean", sub(mi("μ"), I));
  const sigma = () => alive("sigma", sub(mi("σ"), I));
  const count = () => alive("count", mi("m"));
  const set = (small = false) => alive("set", sub(mi("S"), I), small);
  const over = () => `<munder>${mo("∑")}${row(mi("k"), mo("∈"), set(true))}</munder>`;
  const averaged = () => `<mfrac><mn>1</mn>${count()}</mfrac>${over()}`;
  const lines = [
    math(xHat(), mo("="), `<mfrac>${row(x(), mo("−"), mu())}${sigma()}</mfrac>`),
    math(mu(), mo("="), averaged(), xk()),
    math(
      sigma(),
      mo("="),
      root(averaged(), mo("("), xk(), mo("−"), mu(), `<msup>${mo(")")}<mn>2</mn></msup>`, mo("+"), mi("ε")),
    ),
  ];
  const conditions = CONDITIONS[method].map((name, k, { length }) => {
    const content = CONTENTS[/** @type {keyof typeof CONTENTS} */ (name)](interleaved);
    return math(alive(name, content), mo(k < length - 1 ? "," : "}"));
  });
  const whole = [math(set(), mo("="), mo("{"), mi("k"), mo("|", ' lspace=".3em" rspace=".3em"')), ...conditions];
  return `${lines.map((line) => `<div>${line}</div>`).join("")}<div class="set">${whole.join("")}</div>`;
}

/**
 * The formula in a page: connect(touch) calls touch(symbol) where a hand, a passing mouse or the keyboard's focus touches
 * one; draw(state, symbol, said) lights that symbol and says what it means. Readers of the screen take mathematics as one
 * piece, in which nothing can be pressed: over the place where each symbol first stands lies a button.
 * @param {Translator} tr
 */
export function createFormula(tr) {
  const maths = h("div", { class: "gn-maths", "aria-hidden": "true" });
  const label = tr("The formula, whose symbols can be touched");
  const buttons = h("div", { role: "group", "aria-label": label });
  const lines = h("div", { class: "gn-symbols" }, maths, buttons);
  const text = h("p", { class: "gn-symbol-text", "aria-live": "polite" });
  const element = h("div", { class: "gn-touched" }, lines, text);
  const first = (/** @type {string} */ name) => maths.querySelector(`[data-gn-symbol="${name}"]`);
  const place = () => {
    const from = lines.getBoundingClientRect();
    for (const button of buttons.children) {
      const { left, top, width, height } = first(button.dataset.gnSymbol).getBoundingClientRect();
      Object.assign(button.style, { left: `${left - from.left}px`, top: `${top - from.top}px` });
      Object.assign(button.style, { width: `${width}px`, height: `${height}px` });
    }
  };
  new ResizeObserver(place).observe(maths);
  document.fonts.ready.then(place);
  let drawn = "";
  const build = (/** @type {string} */ markup) => {
    maths.innerHTML = drawn = markup;
    const names = new Set([...maths.querySelectorAll(".alive")].map((part) => part.dataset.gnSymbol));
    const made = [...names].map((name) =>
      h("button", { type: "button", "data-gn-symbol": name, "aria-label": tr(NAMES[name]) }),
    );
    buttons.replaceChildren(...made);
    place();
  };
  const draw = (
    /** @type {import("./model.js").State} */ state,
    /** @type {string} */ symbol,
    /** @type {string} */ said,
  ) => {
    const markup = formulaMarkup(state);
    if (markup !== drawn) build(markup);
    lines.classList.toggle("gn-off", Boolean(state.game));
    for (const part of lines.querySelectorAll("[data-gn-symbol]")) {
      const on = part.dataset.gnSymbol === symbol;
      part.classList.toggle("on", on);
      if (part.localName !== "button") continue;
      part.setAttribute("aria-pressed", String(on));
      part.disabled = Boolean(state.game);
    }
    if (text.textContent !== said) text.textContent = said;
  };
  const connect = (/** @type {(symbol: string) => void} */ touch) => {
    const touched = (/** @type {Event} */ event) => {
      const symbol = /** @type {HTMLElement | null} */ (
        /** @type {Element} */ (event.target).closest("[data-gn-symbol]")
      )?.dataset.gnSymbol;
      if (symbol) touch(symbol);
    };
    for (const kind of ["click", "focusin"]) lines.addEventListener(kind, touched);
    lines.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      if (event.pointerType === "mouse") touched(event);
    });
  };
  return { element, draw, connect };
}
