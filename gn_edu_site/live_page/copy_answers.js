// The answers that a reader wrote on a sheet's page, as a file: a notebook for a teacher's gn-edu grade.
// book/_static/gn-progress.js loads this when the button is pressed.
import { h } from "../../gn_edu/widgets/src/shared/dom.js";
import { answersNotebook, exercisesOf } from "./answers.js";
import { brought, load } from "./load.js";

/** What stands in the editor, else what is kept. */
function codeOf(/** @type {string} */ name) {
  const editor = document.querySelector(`[data-gn-exercise="${name}"] textarea`);
  if (editor) return /** @type {HTMLTextAreaElement} */ (editor).value;
  try {
    return localStorage.getItem(`gn-code:${name}`);
  } catch {
    return null; // no storage here, and nothing was written since the page came
  }
}

/** @param {string} sheet the notebook's name, without its suffix */
brought().copyAnswers = async (sheet) => {
  await load(sheet);
  const notebook = brought().notebooks[sheet];
  const codes = Object.fromEntries(exercisesOf(notebook).map((name) => [name, codeOf(name)]));
  const text = `${JSON.stringify(answersNotebook(notebook, codes), null, 1)}\n`;
  const href = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
  h("a", { href, download: `${sheet}.ipynb` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // a browser may ask where to put it
};
