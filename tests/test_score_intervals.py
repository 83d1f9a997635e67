"""Intervals of scores against factors: a bootstrap over samples that stands around the value."""

import numpy as np
import pytest
import torch
from disentangled_codes import noisy

import explorer
from explorer.measures import MIG
from explorer.reliability.interval import GROUPS
from explorer.reliability.scores import RESAMPLES


def test_nine_in_ten_intervals_hold_what_is_read_on_average():
    """Of 40 intervals of 90 %, fewer than 31 hold by chance once in 200; none is twice as wide as it need be."""
    values = [explorer.measure(*noisy(200, seed=s), measure="mig", null=False).value for s in range(1000, 1150)]
    ends = [explorer.measure(*noisy(200, seed=s), measure="mig", null=False, interval=True).interval for s in range(40)]
    low, high = np.transpose(ends)
    assert ((low <= np.mean(values)) & (np.mean(values) <= high)).sum() >= 31
    assert (high - low).mean() < 2 * 2 * 1.645 * np.std(values)


@pytest.mark.parametrize(("name", "least", "narrow", "wide"), [
    ("modularity", 13, 0.6, 1.4), ("irs", 10, 0.5, 1.2), ("sap", 18, 1.5, 4.5),
])  # fmt: skip
def test_intervals_hold_and_are_as_wide_as_is_said(name, least, narrow, wide):
    """Of 20, on codes of 200 samples: fewer hold by chance once in 200 of the shares stated, 0.87, 0.78 and 1."""
    values = [explorer.measure(*noisy(200, seed=s), measure=name, null=False).value for s in range(1000, 1080)]
    found = [explorer.measure(*noisy(200, seed=s), measure=name, null=False, interval=True) for s in range(20)]
    low, high = np.transpose([one.interval for one in found])
    assert ((low <= np.mean(values)) & (np.mean(values) <= high)).sum() >= least
    assert narrow < (high - low).mean() / (2 * 1.645 * np.std(values)) < wide
    said = any(doubt.rule == "short interval" and doubt.note for doubt in found[0].warnings)
    assert said == (name == "irs")


def test_the_interval_stands_around_the_value():
    """Plug-in values of a bootstrap lie above: its quantiles would not hold the value itself."""
    z, v = noisy(300)
    score = explorer.measure(z, v, measure="mig", interval=True)
    rows = np.random.default_rng(0).integers(0, 300, (50, 300))
    drawn = [explorer.measure(z[one], v[one], measure="mig", null=False).value for one in rows]
    assert score.value == pytest.approx(np.mean(score.interval)) and score.level == 0.9
    assert not np.quantile(drawn, 0.05) <= score.value <= np.quantile(drawn, 0.95)
    reach = (score.interval[1] - score.interval[0]) / 2
    assert reach == pytest.approx(1.68 * np.std(drawn, ddof=1), rel=0.5)


def test_what_splits_the_samples_keeps_the_jackknife(monkeypatch):
    read = []

    def counted(self, *samples):
        read.append(len(samples[0]))
        return torch.as_tensor(float(samples[0][:, 0].mean()))

    monkeypatch.setattr(MIG, "value", counted)
    for splits, parts in ((False, [300] * RESAMPLES), (True, [270] * GROUPS)):
        monkeypatch.setattr(MIG, "splits", splits)
        read.clear()
        explorer.measure(*noisy(300), measure="mig", null=False, interval=True)
        assert sorted(read[1:]) == parts


def test_the_seed_decides_and_threads_do_not():
    threads = torch.get_num_threads()
    try:
        found = []
        for count in (1, 2):
            torch.set_num_threads(count)
            found.append(explorer.measure(*noisy(300), measure="mig", interval=True, seed=3).interval)
        assert found[0] == found[1]
        assert explorer.measure(*noisy(300), measure="mig", interval=True, seed=4).interval != found[0]
    finally:
        torch.set_num_threads(threads)


def test_levels_that_no_draw_holds_leave_a_note_instead_of_an_interval():
    z, v = noisy(40)
    rare = np.zeros(40, int)
    rare[0] = 1
    score = explorer.measure(z, np.c_[rare, v[:, 0]], measure="mig", null=False, interval=True)
    assert score.interval is None and "no interval" in {doubt.rule for doubt in score.warnings if doubt.note}
