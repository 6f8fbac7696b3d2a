// A widget's state in the address of its page: #stem.name?key=text&key=text. A form turns a value into such a text, or
// into undefined where none is needed, and back; text that it does not know gives undefined. `otherwise` gives the value
// then, if it is not simply the first one; the state that it is given holds the values before its own.

/**
 * @template Value
 * @typedef {{ parse(text: string, state: any): Value | undefined, text(value: Value, first?: Value): string | undefined,
 *   otherwise?(state: any): Value }} Form
 */

/** @typedef {Record<string, Form<any>>} Forms */

/**
 * @param {string} stem
 * @param {string} name
 * @param {Record<string, any>} state
 */
export const linkOf = (stem, name, state) => `#${stem}.${name}?${new URLSearchParams(state)}`;

/**
 * The state that the page's address holds for this widget, or null.
 * @param {string} stem
 * @param {string} name
 */
export function stateInAddress(stem, name) {
  const [target, query] = location.hash.slice(1).split("?");
  return target === `${stem}.${name}` && query ? Object.fromEntries(new URLSearchParams(query)) : null;
}

let waiting = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

/** Leave the address as it is: the reader went to another one. */
export const keepAddress = () => clearTimeout(waiting);

/**
 * The page's address follows a widget: soon, since browsers refuse addresses that change many times a second. The widget
 * that changed last holds.
 * @param {() => string} link
 */
export function followInAddress(link) {
  keepAddress();
  waiting = setTimeout(() => history.replaceState(history.state, "", link()), 250);
}

/**
 * A state as texts.
 * @param {Forms} forms
 * @param {Record<string, any>} state
 * @param {Record<string, any>} first where it started
 * @returns {Record<string, string>}
 */
export const written = (forms, state, first) =>
  Object.fromEntries(
    Object.entries(forms)
      .map(([key, form]) => [key, form.text(state[key], first[key])])
      .filter(([, text]) => text !== undefined),
  );

/**
 * The state that such texts mean; what they lack or have wrong is as it started.
 * @param {Forms} forms
 * @param {Record<string, string>} saved
 * @param {Record<string, any>} first
 */
export function meant(forms, saved, first) {
  const found = /** @type {Record<string, any>} */ ({});
  for (const [key, { parse, otherwise }] of Object.entries(forms))
    found[key] = (key in saved ? parse(saved[key], found) : undefined) ?? otherwise?.(found) ?? first[key];
  return found;
}

/**
 * One of some values.
 * @template Value
 * @param {readonly Value[]} values
 * @returns {Form<Value>}
 */
export const oneOf = (values) => ({ parse: (text) => values.find((value) => String(value) === text), text: String });

/**
 * A whole number from least to most.
 * @param {number} least
 * @param {number} most
 * @returns {Form<number>}
 */
export const whole = (least, most) => ({
  parse: (text) => (/^-?\d{1,9}$/.test(text) && +text >= least && +text <= most ? +text : undefined),
  text: String,
});

/**
 * The nearest of least, least + step, ..., at most `steps` steps; with two decimals.
 * @param {{ least: number, step: number, steps: number }} scale
 * @returns {Form<number>}
 */
export const stepped = ({ least, step, steps }) => ({
  parse: (text) => {
    const taken = Math.round((Number(text) - least) / step);
    return taken >= 0 && taken <= steps ? +(least + step * taken).toFixed(2) : undefined;
  },
  text: String,
});

/**
 * Yes or no; 1 is an older text for yes.
 * @type {Form<boolean>}
 */
export const flag = { parse: (text) => text === "true" || text === "1", text: String };

/**
 * A list of `length` numbers that fit.
 * @param {number} length
 * @param {(values: number[]) => boolean} [fits]
 * @returns {Form<number[]>}
 */
export const numbers = (length, fits = () => true) => ({
  parse: (text) => {
    const values = text.split(" ").map(Number);
    return text && values.length === length && values.every(Number.isFinite) && fits(values) ? values : undefined;
  },
  text: (values) => values.join(" "),
});

/** @type {Form<string[]>} */
export const names = { parse: (text) => text.split("|").filter(Boolean), text: (list) => list.join("|") };

/**
 * Another form's values under other units.
 * @param {Form<number>} form
 * @param {(value: number) => number} to of a value, what stands in the address
 * @param {(written: number) => number} from
 * @returns {Form<number>}
 */
export const mapped = (form, to, from) => ({
  parse: (text, state) => {
    const written = form.parse(text, state);
    return written === undefined ? undefined : from(written);
  },
  text: (value) => form.text(to(value)),
});

/**
 * The same form, which writes no value that the state started with.
 * @template Value
 * @param {Form<Value>} form
 * @returns {Form<Value>}
 */
export const unlessFirst = (form) => ({
  ...form,
  text: (value, first) => {
    const text = form.text(value);
    return first !== undefined && text === form.text(first) ? undefined : text;
  },
});
