// A widget's state in the address of its page: #stem.name?key=text&key=text. A form turns a value into such a text, and
// back; text that it does not know gives undefined. `otherwise` gives the value then, if it is not simply the first one;
// the state that it is given holds the traits before its own.

/**
 * @template Value
 * @typedef {{ parse(text: string, state: any): Value | undefined, text(value: Value): string | undefined,
 *   otherwise?(state: any): Value }} Form
 */

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

/** @type {Form<boolean>} */
export const flag = { parse: (text) => text === "true", text: String };

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
