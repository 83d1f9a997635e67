"""Membership in a polygon: shapes whose answer is known, and the rule for edges and vertices."""

import numpy as np
import pytest

from explorer.errors import InputError
from explorer.numerics import polygon
from explorer.numerics.polygon import inside

SQUARE = [[0, 0], [1, 0], [1, 1], [0, 1]]


def test_a_square_holds_its_left_and_lower_edges_only():
    points = [[0.5, 0.5], [0, 0.5], [0.5, 0], [0, 0], [1, 0.5], [0.5, 1], [1, 1], [1, 0], [0, 1], [2, 0.5], [-1, 0.5]]
    assert inside(points, SQUARE).tolist() == [True] * 4 + [False] * 7


def test_the_direction_and_the_first_vertex_do_not_matter():
    points = np.random.default_rng(0).integers(-1, 3, (200, 2)) / 2
    expected = inside(points, SQUARE)
    for turned in (SQUARE[::-1], SQUARE[2:] + SQUARE[:2], [*SQUARE, SQUARE[0]]):
        assert np.array_equal(inside(points, turned), expected)


def test_polygons_that_tile_the_plane_count_every_point_once():
    points = np.random.default_rng(1).integers(0, 9, (500, 2)) / 2  # on corners, on edges and between
    square = [[0, 0], [4, 0], [4, 4], [0, 4]]
    fan = [[[2, 2], square[k - 1], square[k]] for k in range(4)]
    counts = np.sum([inside(points, one) for one in fan], axis=0)
    assert np.array_equal(counts, inside(points, square).astype(int))


def test_the_middle_of_a_star_is_outside_by_the_even_odd_rule():
    turns = 4 * np.pi * np.arange(5) / 5
    star = np.stack([np.sin(turns), np.cos(turns)], 1)
    assert inside([[0, 0], [0, 0.7]], star).tolist() == [False, True]


def test_half_of_a_disc_by_area():
    # 200 000 uniform points in a square of area 4: the share in a polygon is its area / 4, within 5 standard errors
    points = np.random.default_rng(2).uniform(-1, 1, (200_000, 2))
    turns = 2 * np.pi * np.arange(64) / 64
    share = inside(points, np.stack([np.cos(turns), np.sin(turns)], 1)).mean()
    area = 32 * np.sin(2 * np.pi / 64) / 4
    assert abs(share - area) < 5 * np.sqrt(area * (1 - area) / 200_000)


def test_chunks_do_not_change_the_answer(monkeypatch):
    points = np.random.default_rng(3).normal(size=(1001, 2)).astype(np.float32)
    shape = np.random.default_rng(4).normal(size=(9, 2))
    whole = inside(points, shape)
    monkeypatch.setattr(polygon, "CHUNK", 100)
    assert np.array_equal(inside(points, shape), whole) and whole.any()


def test_what_is_not_finite_is_outside():
    assert inside([[np.nan, 0.5], [0.5, np.inf], [0.5, 0.5]], SQUARE).tolist() == [False, False, True]
    assert inside(np.empty((0, 2)), SQUARE).shape == (0,)


@pytest.mark.parametrize("points, shape", [
    ([0.5, 0.5], SQUARE), ([[0.5]], SQUARE), ([[0, 0]], SQUARE[:2]), ([[0, 0]], [[0, 0], [1, 0], [np.nan, 1]]),
    ([[0, 0]], [1, 2, 3]),
])  # fmt: skip
def test_other_shapes_are_refused(points, shape):
    with pytest.raises(InputError, match=r"points|polygon"):
        inside(points, shape)
