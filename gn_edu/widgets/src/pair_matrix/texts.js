// What is said of a pair, for the widget and for its still picture.

export const title = (norm, model, tr) => {
  const [wrong, all] = [model.wrong(norm), model.count * (model.count - 1)];
  if (norm === "gn" && !wrong) return tr("Group Norm: never a wrong name");
  return norm === "bn"
    ? tr("Batch Norm: {wrong} wrong names in {all} pairs", { wrong, all })
    : tr("Group Norm: {wrong} wrong names in {all} pairs", { wrong, all });
};

/** The pair, what each network says, and why it matters where it does: a list of [kind, sentence]. */
export function sentences({ row, column, twins }, model, nameOf, tr) {
  const asked = nameOf(model.label(row));
  const companion = nameOf(model.label(column));
  const twin = column === model.twinOf(row);
  const pair =
    row === column
      ? tr("You ask about the {asked}; its companion is an exact copy.", { asked })
      : twin
        ? tr("You ask about the {asked}; its companion is its twin, the other {asked}.", { asked })
        : tr("You ask about the {asked}; its companion is the {companion}.", { asked, companion });
  const say = (norm) => {
    const { top, wrong } = model.answer(norm, row, column);
    const name = nameOf(top);
    if (norm === "bn")
      return wrong ? tr("✗ Batch Norm says {name}.", { name }) : tr("✓ Batch Norm says {name}.", { name });
    return wrong ? tr("✗ Group Norm says {name}.", { name }) : tr("✓ Group Norm says {name}.", { name });
  };
  const list = [
    ["pair", pair],
    ["bn", say("bn")],
    ["gn", say("gn")],
  ];
  if (row === column)
    list.push([
      "why",
      tr(
        "A copy brings no new values, so Batch Norm's mean and variance are this picture's own: here it computes exactly what Instance Norm computes.",
      ),
    ]);
  else if (twins)
    list.push([
      "why",
      tr(
        "The worst companion leaves the right name least likely. For {worst} of the {count} pictures that is the twin; for {among} the twin is among the three worst.",
        { worst: model.twins.worst, count: model.count, among: model.twins.among },
      ),
    ]);
  return list;
}
