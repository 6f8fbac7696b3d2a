// What the run browser shows of recorded runs, and how it is said.
import { N_ } from "../shared/i18n.js";
import { lookOf } from "../shared/lines.js";
import { meanOf } from "../shared/maths.js";
import { fixed } from "../shared/text.js";

/**
 * @typedef {{ experiments: any[], experiment: number, measure: string, epoch: number, layer: number,
 *   hidden: string[] }} State
 */

export const MEASURES = {
  error: N_("test error"),
  "std before": N_("std before"),
  level: N_("spread of levels"),
  active: N_("active"),
  dead: N_("dead"),
  "always on": N_("always on"),
};
/** The question that each of them answers. */
export const SAYS = {
  error: N_("How many of the test pictures get a wrong name, in %? A thin line is one seed, a thick one their mean."),
  "std before": N_("How large are the values that come into each norm layer? Their standard deviation."),
  level: N_(
    "How far apart are the channels of a layer after the norm? The spread of their means, over that of all values.",
  ),
  active: N_("How many of the values are above 0 after each norm layer? Their share."),
  dead: N_("How many channels are never above 0 after the norm? Their share."),
  "always on": N_("How many channels are always above 0 after the norm? Their share."),
};
export const ORDER = Object.keys(MEASURES);

/** A line's mean over its seeds, epoch by epoch, as far as all seeds go. */
const meanError = (runs) =>
  Array.from({ length: Math.min(...runs.map(({ error }) => error.length)) }, (_, k) =>
    meanOf(runs.map(({ error }) => error[k])),
  );

/** What the layers did, each the mean over the seeds; a run that is over counts with its end. */
function layersOf(runs, epoch, measure) {
  const at = runs.map(({ layers }) => layers[Math.min(epoch, layers.length) - 1]).filter(Boolean);
  return at.length ? at[0].map((_, layer) => meanOf(at.map((run) => run[layer][ORDER.indexOf(measure) - 1]))) : [];
}

/** The epoch at which runs ended before `epoch`, or the first and the last of several; "" where all go on so far. */
function endOf(runs, epoch) {
  const lengths = runs.map(({ error }) => error.length);
  const [first, last] = [Math.min(...lengths), Math.max(...lengths)];
  if (first >= epoch) return "";
  return first === last ? String(first) : `${first}–${last}`;
}

/**
 * The lines that are drawn, with what is shown of each: `one` thick line, as many thin ones as there are seeds, and
 * `value` where the chart is read. `length`: how many epochs or layers it can be read at; `top`: the largest value of all
 * epochs.
 * @param {State} state
 */
export function view({ experiments, experiment, measure, epoch, layer = Infinity, hidden }) {
  const { lines } = experiments[experiment];
  const error = measure === "error";
  const epochs = Math.max(...lines.flatMap(({ runs }) => runs.map(({ error: errors }) => errors.length)));
  const layered = lines.some(({ runs }) => runs.some(({ layers }) => layers.length));
  let top = 0;
  const shown = lines.map((line, k) => {
    const { runs } = line;
    const ends = runs.map(({ error: errors }) => errors.at(-1));
    const twin = lines.slice(0, k).some(({ norm, ws }) => norm === line.norm && ws === line.ws);
    const at = runs.map(({ error: errors }) => errors[Math.min(epoch, errors.length) - 1]);
    const layers = error ? [] : layersOf(runs, epoch, measure);
    const found = {
      ...line,
      k,
      look: lookOf(line, twin),
      drawn: !hidden.includes(line.label),
      ended: endOf(runs, epoch),
      mean: meanOf(ends),
      low: Math.min(...ends),
      high: Math.max(...ends),
      layers,
      one: error ? meanError(runs) : layers,
      many: error ? runs.map((run) => run.error) : [],
      value: error ? meanOf(at) : layers[Math.min(layer, layers.length) - 1],
    };
    const values = error
      ? found.many.flat()
      : Array.from({ length: epochs }, (_, e) => layersOf(runs, e + 1, measure)).flat();
    if (found.drawn) top = Math.max(top, ...values);
    return found;
  });
  const length = error ? epochs : Math.max(0, ...shown.map(({ layers }) => layers.length));
  return { lines: shown, epochs, layered, length, top };
}

export function sentence({ measure, epoch, layer }, { lines, epochs, length }, tr) {
  const drawn = lines.filter((line) => line.drawn);
  const list = (say) => drawn.map(say).join("; ") || tr("none");
  if (measure !== "error")
    return tr("After epoch {epoch}, {measure} in layer {layer}: {list}.", {
      epoch,
      measure: tr(MEASURES[measure]),
      layer: Math.min(layer, length),
      list: list(({ label, value }) => `${label} ${value === undefined ? tr("not recorded") : fixed(value, 2)}`),
    });
  const nameOf = ({ label, ended }) => (ended ? `${label} (${tr("ended at epoch {ended}", { ended })})` : label);
  const values = { epoch, list: list((line) => `${nameOf(line)} ${fixed(line.value, 2)} %`) };
  return epoch === epochs
    ? tr("Test error at the end, mean of the seeds: {list}.", values)
    : tr("Test error after epoch {epoch}, mean of the seeds: {list}.", values);
}
