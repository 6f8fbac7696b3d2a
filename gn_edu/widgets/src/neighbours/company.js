// Who may stand beside the picture that stays, in a batch of two, and what batch norm makes of it beside each.

/** How often each class is named, and which the most often. */
function counted(tops) {
  const times = (k) => tops.filter((top) => top === k).length;
  const [most] = [...tops].sort((a, b) => times(b) - times(a) || a - b);
  return { most, same: times(most), others: tops.length - times(most) };
}

/** Beside one of the stored pictures: batch norm is right or wrong. */
function ofStored(picture, { record, album, tr, evaluation }) {
  const order = record.company(picture);
  const right = (j) => record.right(picture, j, evaluation);
  const wrong = order.filter((j) => !record.right(picture, j, false)).length;
  const legend = () => {
    if (evaluation) return tr("In evaluation mode Batch Norm is right (✓), whoever is chosen.");
    if (wrong === 0) return tr("Batch Norm is right (✓) beside each of them.");
    return wrong === 1
      ? tr("Batch Norm is wrong (✗) beside one of them, right (✓) beside the others.")
      : tr("Batch Norm is wrong (✗) beside {n} of them, right (✓) beside the others.", { n: wrong });
  };
  const said = (j) => {
    const values = { label: album.labelOf(j), n: j + 1 };
    return right(j)
      ? tr("{label}, picture {n}: Batch Norm right", values)
      : tr("{label}, picture {n}: Batch Norm wrong", values);
  };
  return { order, mark: (j) => (right(j) ? "✓" : "✗"), said, legend: legend() };
}

/** Beside the reader's own: no answer is right, but batch norm may give it several names. */
function ofOwn(names, { album, tr }) {
  const all = Array.from({ length: album.count }, (_, j) => j);
  const plain = (j) => tr("{label}, picture {n}", { label: album.labelOf(j), n: j + 1 });
  if (!names) return { order: all, mark: () => "", said: plain, legend: "" };
  const { most, same, others } = counted(names.bn);
  const values = { bn: album.label(most), gn: album.label(names.gn), n: same, others };
  const differs = (j) => names.bn[j] !== most;
  const legend = others
    ? tr(
        "Batch Norm names yours {bn} (=) beside {n} of them, something else (≠) beside {others}. Group Norm names it {gn}, whoever is chosen.",
        values,
      )
    : tr("Batch Norm names yours {bn} (=), Group Norm {gn}, whoever is chosen.", values);
  const said = (j) => `${plain(j)}: ${tr("Batch Norm says {bn}", { bn: album.label(names.bn[j]) })}`;
  const order = [...all].sort((a, b) => Number(differs(b)) - Number(differs(a)) || a - b);
  return { order, mark: (j) => (differs(j) ? "≠" : "="), said, legend };
}

/**
 * of(picture, state): the order of the possible neighbours, for each a mark and words, and a legend. What is said of the
 * reader's own picture is asked of the networks once; came() is called when it is there.
 */
export function createCompany({ networks, record, album, tr, came }) {
  let about = { own: null, evaluation: false, names: null };
  async function ask({ own, evaluation }) {
    const asked = { own, evaluation, names: null };
    about = asked;
    try {
      asked.names = await networks.ask({ own, training: !evaluation });
      if (about === asked) came();
    } catch {
      if (about === asked) about = { ...asked, own: null }; // the next change asks again
    }
  }
  const of = (picture, { own, evaluation }) => {
    if (picture < album.count) return ofStored(picture, { record, album, tr, evaluation });
    if (about.own !== own || about.evaluation !== evaluation) ask({ own, evaluation });
    return ofOwn(about.names, { album, tr });
  };
  return { of };
}
