"""The plane of a selection: means over all samples are the binned plane, parts add up, bad names are refused."""

import numpy as np
import pytest

import explorer
from explorer.errors import UnknownNameError
from explorer.pointwise import pointwise_plane


@pytest.fixture
def recording(layers, home):
    steps, x, y = layers
    return explorer.Recording.from_arrays(steps, x=x, y=y)


def test_means_over_all_samples_are_the_binned_plane(recording):
    step = recording.steps[-1]
    plane = explorer.plane(recording, bins=30, low=None, high=None, steps=[step], permutations=0)
    found = pointwise_plane(recording, step, unit="nats")
    for place, layer in enumerate(recording.layers):
        distinct = np.unique(recording.x.reshape(len(recording), -1), axis=0)
        if len(distinct) == len(recording):
            assert found["all"]["x"][place] == pytest.approx(plane.curve(layer, "I(X;T)")[0], abs=1e-9)
        assert found["all"]["y"][place] == pytest.approx(plane.curve(layer, "I(T;Y)")[0], abs=1e-9)


def test_parts_add_up_to_the_whole(recording):
    rows = np.arange(len(recording)) % 3 == 0
    step = recording.steps[0]
    part, rest = (pointwise_plane(recording, step, chosen) for chosen in (rows, ~rows))
    share = rows.mean()
    for axis in "xy":
        both = share * np.array(part["selected"][axis]) + (1 - share) * np.array(rest["selected"][axis])
        assert both == pytest.approx(np.array(part["all"][axis]), abs=1e-12)
    assert part["count"] == rows.sum()


def test_nothing_selected_has_no_point(recording):
    assert pointwise_plane(recording, recording.steps[0], np.zeros(len(recording), bool))["selected"] is None


def test_a_step_that_is_not_there(recording):
    with pytest.raises(UnknownNameError):
        pointwise_plane(recording, 12345)
