"""What chapter 9 says of its sweeps, computed anew from the records."""

import json

from gn_edu.intervals import interval, paired, with_interval
from gn_edu.records import published
from scripts.paths import ROOT

NOTEBOOK = json.loads((ROOT / "notebooks/ch09_sweep.ipynb").read_text(encoding="utf-8"))
TEXT = "\n".join("".join(cell["source"]) for cell in NOTEBOOK["cells"] if cell["cell_type"] == "markdown")


def errors(records, **settings):
    """Test error by seed of the runs with these settings."""
    found = [r for r in records if settings.items() <= r.config.settings().items()]
    return {r.config.seed: 100 - r.result.accuracy for r in found}


def bn(records, size, **more):
    return errors(records, norm="bn", ws=True, norm_batch=size, **more)


def gn(records, **more):
    return errors(records, norm="gn", ws=True, **more)


def said(a, b, digits=1, seeds=5):
    """a less b as the chapter writes it."""
    assert a.keys() == b.keys() and len(a) == seeds
    return with_interval(paired(a, b), digits)


def test_without_the_last_stage_the_step_from_4_to_2_is_no_smaller():
    four, three = published("ghost"), published("last_stage")
    steps = [said(bn(records, 2), bn(records, 4)) for records in (three, four)]
    assert f"{steps[0]} points without the stage, {steps[1]} with it" in TEXT
    (without, half), (with_it, other) = (paired(bn(records, 2), bn(records, 4)) for records in (three, four))
    assert without - half > 0 and with_it - other > 0 and without > with_it


RATES = [*published("rates"), *published("ghost")]


def test_what_a_learning_rate_does_to_the_lines():
    assert f"{said(gn(RATES, lr=0.2), gn(RATES, lr=0.05))} points higher than at 0.05" in TEXT
    assert f"stays within its interval ({said(bn(RATES, 2, lr=0.2), bn(RATES, 2, lr=0.05))})" in TEXT
    for line in (gn, lambda records, lr: bn(records, 2, lr=lr), lambda records, lr: bn(records, 32, lr=lr)):
        for lr in (0.025, 0.1):
            middle, half = paired(line(RATES, lr=lr), line(RATES, lr=0.05))
            assert abs(middle) < half
    ahead = {lr: paired(bn(RATES, 2, lr=lr), gn(RATES, lr=lr)) for lr in (0.025, 0.05, 0.1, 0.2)}
    assert {lr for lr, (middle, half) in ahead.items() if middle - half > 0} == {0.025, 0.05}
    assert ahead[0.2][0] < 0 and all(middle + half > 0 for middle, half in ahead.values())


def test_four_passes_do_not_close_the_gap_at_32():
    for what, measure in (
        ("do not close it: {}", lambda result: 100 - result.accuracy),
        ("trains on, too, by {}", lambda result: result.train_error_by_epoch[-1]),
    ):
        by_norm = {"bn": {}, "gn": {}}
        for r in published("longer"):
            by_norm[r.config.network.norm][r.config.seed] = measure(r.result)
        middle, half = paired(by_norm["gn"], by_norm["bn"])
        assert what.format(with_interval((middle, half), 1)) in TEXT and middle - half > 0
    ghost = published("ghost")
    assert f"Here it is {said(gn(ghost), bn(ghost, 32))}," in TEXT


def test_what_is_said_of_the_main_run_is_its():
    main = [r for r in published("main") if r.config.network.ws and r.result.epochs == 8]
    for epoch, when in ((0, "after the first pass"), (7, "after the eighth")):
        gap = [
            {r.config.seed: r.result.error_by_epoch[epoch] for r in main if r.config.network.norm == norm}
            for norm in ("gn", "bn")
        ]
        assert f"{with_interval(paired(*gap), 1)}{' points apart' if epoch == 0 else ''} {when}" in TEXT


SMALL = published("small_batch")


def small(norm, size, way="accuracy", frozen_after=1.0):
    """The error by seed, measured in a way, of the main run's network at a small batch."""
    of = {"norm": norm, "norm_batch": size, "frozen_after": frozen_after}
    runs = [r for r in SMALL if of.items() <= r.config.settings().items()]
    return {r.config.seed: 100 - getattr(r.result, way) for r in runs}


def test_what_a_small_mean_costs_a_network_that_works():
    two, thirty_two, group = small("bn", 2), small("bn", 32), small("gn", 0)
    more = {size: said(small("bn", size), thirty_two, seeds=3) for size in (8, 4, 2)}
    assert f"over 8 images batch norm errs {more[8]} points more than over 32, over 4 images {more[4]}," in TEXT
    assert f"over 4 images {more[4]}, over 2 images {more[2]}." in TEXT
    for size, sure in ((8, False), (4, True), (2, True)):
        middle, half = paired(small("bn", size), thirty_two)
        assert middle > 0 and (middle > half) == sure
    assert f"Group norm errs {said(two, group, seeds=3)} points less than batch norm over 2" in TEXT
    assert (
        f"{said(small('bn', 4), group, seeds=3)} less than over 4, and {said(group, thirty_two, seeds=3)} more" in TEXT
    )
    over_8 = said(group, small("bn", 8), seeds=3).replace("-", "\u2212")
    assert f"Over 8 images these seeds don't part the two ({over_8})" in TEXT
    never = [r for r in SMALL if r.config.network.frozen_after == 1]
    errors = [
        with_interval(
            interval(r.result.train_error_by_epoch[-1] for r in never if r.config.network.norm_batch == size), 1
        )
        for size in (2, 32)
    ]
    assert f"the networks err {errors[0]} % over 2 and {errors[1]} % over 32" in TEXT


def test_statistics_of_whole_batches_and_a_share_of_the_pictures_own_change_little():
    whole = {size: small("bn", size, "accuracy_whole") for size in (2, 4, 8, 32)}
    change = said(whole[2], small("bn", 2), seeds=3).replace("-", "\u2212")
    assert f"change little: {change} points over 2" in TEXT
    assert f"and the gap stays {said(whole[2], whole[32], seeds=3)}" in TEXT
    for r in SMALL:
        if r.config.network.norm == "bn":
            assert r.result.own_share == 0 and r.result.accuracy_mixed == r.result.accuracy_whole


def test_a_frozen_batch_norm_wins_most_of_it_back():
    frozen = small("bn", 2, frozen_after=0.5)
    assert f"It errs {said(small('bn', 2), frozen, seeds=3)} points less than batch norm over 2" in TEXT
    assert f"{said(frozen, small('bn', 32), seeds=3)} more than over 32, and" in TEXT
    assert f"and {said(frozen, small('gn', 0), seeds=3)} more than group norm" in TEXT
    again = small("bn", 2, "accuracy_whole", frozen_after=0.5)
    assert f"the frozen networks err {said(again, frozen, seeds=3)} points more" in TEXT
