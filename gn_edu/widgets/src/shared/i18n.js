// What widgets say, in the reader's language.

/**
 * Fill {placeholders} in a message that may be translated: catalogue maps English to another language.
 * @typedef {(message: string, values?: Record<string, any>) => string} Translator
 * @type {(catalogue: Record<string, string> | null | undefined) => Translator}
 */
export const translator =
  (catalogue) =>
  (message, values = {}) =>
    (catalogue?.[message] ?? message).replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);

/**
 * Marks a message for the catalogue where it is not translated on the spot.
 * @param {string} message
 */
export const N_ = (message) => message;

/**
 * Messages by key as [key, translated] pairs, for a row of choices.
 * @type {(messages: Record<string, string>, tr: Translator) => [string, string][]}
 */
export const translated = (messages, tr) => Object.entries(messages).map(([key, message]) => [key, tr(message)]);
