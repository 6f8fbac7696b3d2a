"""Recorded runs from flat JSON to settings, result and provenance: python scripts/migrate_records.py [--write]

Proves for every file that nothing but the documented moves happened: what the new file holds, laid flat again, is what
the old one held; and the settings, from the recipe that the folder is named after or the sweep file names, give the
file's own name. Without --write nothing is written.

What moves: `precision` was the one that the network computed in: it goes to the provenance, and the setting is the
recipe's where the two can be the same ("auto"). `epochs` of a run with a budget was the number of epochs begun, the
length of error_by_epoch: the setting is the recipe's. A key that a file had no value for yet is written with the value
that it had by rule: see IMPLIED.
"""

import json
import sys
from dataclasses import asdict, fields
from pathlib import Path

from gn_edu.config import SETTINGS
from gn_edu.reading import structure
from gn_edu.recipes import RECIPES, stem
from gn_edu.records import Provenance, Result, RunRecord, write_record

RESULTS = Path(__file__).resolve().parent.parent / "gn_edu" / "results"
# Values that runs had before the key was recorded: the defaults of the old RunRecord.
IMPLIED = {
    "accuracy_rounded": None, "net": "small", "optimizer": "sgd", "lr_head": 0.0, "lr_norm": 0.0, "schedule": "linear",
    "warm_up": 0.2, "weight_decay": 5e-4, "decay_norm": False, "smoothing": 0.1, "shift": 2, "zero_gamma": False,
    "budget": 0.0, "compile": False, "group_size": 0, "norm_batch": 0, "reestimate": 0, "accuracy_reestimated": None,
    "images": 0, "layers": None, "stopped": None, "threads": 1,
}  # fmt: skip


def migrated(old: dict) -> RunRecord:
    """The new record of an old file's content."""
    values = IMPLIED | {"recipe": old["experiment"]} | old
    recipe = RECIPES[values["recipe"]]
    settings = {name: values[name] for name in SETTINGS}
    if settings["budget"]:
        settings["epochs"] = recipe.clock.epochs
    if recipe.compute.precision == "auto":
        settings["precision"] = "auto"
    parts = {}
    for name, part in SETTINGS.items():
        (parts.setdefault(part, {}) if part else parts)[name] = settings[name]
    result, provenance = ({f.name: values[f.name] for f in fields(kind)} for kind in (Result, Provenance))
    return structure({"config": parts, "result": result, "provenance": provenance}, RunRecord)


def flat(new: dict) -> dict:
    """A new file's content, laid flat as an old one was."""
    config = dict(new["config"])
    parts = [config.pop(part) for part in set(SETTINGS.values()) - {""}]
    whole = config | {key: value for part in parts for key, value in part.items()} | new["result"] | new["provenance"]
    if whole["budget"]:
        whole["epochs"] = len(whole["error_by_epoch"])
    return whole


def main() -> None:
    paths = sorted(RESULTS.glob("*/*.json"))
    implied = {}
    for path in paths:
        old = json.loads(path.read_text())
        record = migrated(old)
        again = flat(asdict(record))
        added = {key: value for key, value in again.items() if key not in old}
        assert {key: again[key] for key in old} == old, path
        assert repr([again[key] for key in old]) == repr(list(old.values())), f"{path}: 1 is not 1.0"
        assert added == {key: (IMPLIED | {"recipe": path.parent.name})[key] for key in added}, path
        assert stem(record.config) == path.stem, (path, stem(record.config))
        for key in added:
            implied.setdefault(key, set()).add(path.parent.name)
        if "--write" in sys.argv:
            write_record(record, path)
            assert json.loads(path.read_text()) == json.loads(json.dumps(asdict(record)))
    for key, folders in implied.items():
        print(f"{key}: written where it was implied, in {', '.join(sorted(folders))}")
    print(f"{len(paths)} records: equal but for these keys, and for their new places")


if __name__ == "__main__":
    main()
