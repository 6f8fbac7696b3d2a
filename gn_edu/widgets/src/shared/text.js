// Numbers and texts as a reader sees them.

/** Fixed decimals without a negative zero. */
export const fixed = (/** @type {number} */ value, digits = 3) => {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text;
};

/** A number with a minus sign instead of a hyphen. */
export const minus = (/** @type {number | string} */ value) => String(value).replace("-", "−");

/** A text as it stands in markup. */
export const escapeText = (/** @type {unknown} */ text) =>
  String(text).replace(
    /[&<>"]/g,
    (c) => /** @type {Record<string, string>} */ ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c],
  );

/**
 * Every value of a record as a text.
 * @type {<Value>(record: Record<string, Value>, say: (value: Value) => string) => Record<string, string>}
 */
export const eachOf = (record, say) => Object.fromEntries(Object.entries(record).map(([key, v]) => [key, say(v)]));
