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
 * A symbol that can be touched, with room for a thumb. Of those that stand more than once, the first is a stop of the
 * tabulator.
 * @param {Translator} tr
 */
function symbolMaker(tr) {
  const seen = new Set();
  return (/** @type {string} */ symbol, /** @type {string} */ content, small = false) => {
    const room = small ? 'width=".55em" height="1.3em" depth=".6em"' : 'width=".27em" height=".95em" depth=".45em"';
    const stop = seen.has(symbol) ? -1 : 0;
    seen.add(symbol);
    return (
      `<mrow class="alive" role="button" tabindex="${stop}" data-gn-symbol="${symbol}" aria-pressed="false"` +
      ` aria-label="${tr(NAMES[symbol])}"><mspace ${room}></mspace>${content}<mspace ${room}></mspace></mrow>`
    );
  };
}

/**
 * The formula as markup, a piece a line where there is room for no more.
 * @param {{ method: string, interleaved: boolean }} state
 * @param {Translator} tr
 */
export function formulaMarkup({ method, interleaved }, tr) {
  const alive = symbolMaker(tr);
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
      `<msqrt>${row(averaged(), mo("("), xk(), mo("−"), mu(), `<msup>${mo(")")}<mn>2</mn></msup>`, mo("+"), mi("ε"))}</msqrt>`,
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
 * one; draw(state, symbol, said) lights that symbol and says what it means.
 * @param {Translator} tr
 */
export function createFormula(tr) {
  const lines = h("div", {
    class: "gn-symbols",
    role: "group",
    "aria-label": tr("The formula, whose symbols can be touched"),
  });
  const text = h("p", { class: "gn-symbol-text", "aria-live": "polite" });
  const element = h("div", { class: "gn-touched" }, lines, text);
  let drawn = "";
  const draw = (
    /** @type {import("./model.js").State} */ state,
    /** @type {string} */ symbol,
    /** @type {string} */ said,
  ) => {
    const markup = formulaMarkup(state, tr);
    if (markup !== drawn) lines.innerHTML = drawn = markup;
    for (const part of lines.querySelectorAll(".alive")) {
      part.setAttribute("aria-pressed", String(part.getAttribute("data-gn-symbol") === symbol));
      part.setAttribute("aria-disabled", String(Boolean(state.game)));
    }
    if (text.textContent !== said) text.textContent = said;
  };
  const connect = (/** @type {(symbol: string) => void} */ touch) => {
    const touched = (/** @type {Event} */ event) => {
      const symbol = /** @type {Element} */ (event.target).closest(".alive");
      if (symbol) touch(/** @type {string} */ (symbol.getAttribute("data-gn-symbol")));
      return Boolean(symbol);
    };
    lines.addEventListener("click", touched);
    lines.addEventListener("focusin", touched);
    lines.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      if (event.pointerType === "mouse") touched(event);
    });
    lines.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (["Enter", " "].includes(event.key) && touched(event)) event.preventDefault();
    });
  };
  return { element, draw, connect };
}
