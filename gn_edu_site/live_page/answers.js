// A sheet's notebook with a reader's answers in it.

/** @typedef {{cells: any[], [key: string]: any}} Notebook in nbformat 4.5 */

/** The exercise whose answer stands in a cell, as nbgrader names it; null where none does. */
const answered = (/** @type {any} */ cell) => cell.metadata.nbgrader?.grade_id?.match(/^(.+)-answer$/)?.[1] ?? null;

/**
 * The exercises that a sheet asks, in their order.
 * @param {Notebook} sheet
 * @returns {string[]}
 */
export const exercisesOf = (sheet) => sheet.cells.map(answered).filter((name) => name !== null);

/**
 * The sheet with code in the cells of its answers; a cell without code of the reader's stays as it is.
 * @param {Notebook} sheet
 * @param {Record<string, string | null | undefined>} codes by exercise: {ex04: "def normalize..."}
 * @returns {Notebook}
 */
export function answersNotebook(sheet, codes) {
  const cells = sheet.cells.map((cell) => {
    const code = codes[answered(cell) ?? ""];
    const source = code?.replace(/\n+$/, "");
    return source ? { ...cell, source, outputs: [], execution_count: null } : cell;
  });
  return { ...sheet, cells };
}
