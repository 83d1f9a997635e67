"""The kernels under the estimators, against direct transcriptions; integers must be equal."""

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import logsumexp
from scipy.stats import norm, rankdata

from explorer import device
from explorer.numerics import cells, kernels, margins, neighbours
from explorer.numerics.neighbours import Neighbours, Space, by_all_pairs, by_trees, count_near

rng = np.random.default_rng(0)
Pair = tuple[np.ndarray, np.ndarray]


def naive(x: np.ndarray, y: np.ndarray, k: int, rectangle: bool) -> tuple[np.ndarray, ...]:
    """Radius and counts by the definition, from the full tables of differences."""
    d_x, d_y = (np.abs(v[:, None] - v[None]).max(2) for v in (x, y))
    joint = np.maximum(d_x, d_y)
    others = ~np.eye(len(x), dtype=bool)
    radius = np.array([np.sort(row[other])[k - 1] for row, other in zip(joint, others, strict=True)])
    if not rectangle:
        return radius, *(((d < radius[:, None]) & others).sum(1) for d in (d_x, d_y))
    near = (joint <= radius[:, None]) & others
    reach = [np.where(near, d, 0).max(1) for d in (d_x, d_y)]
    return radius, *(((d <= r[:, None]) & others).sum(1) for d, r in zip((d_x, d_y), reach, strict=True))


def spaces(x: np.ndarray, y: np.ndarray) -> tuple[Space, Space]:
    return Space(torch.as_tensor(x)), Space(torch.as_tensor(y))


def assert_equal(found: Neighbours, expected: tuple[np.ndarray, ...]) -> None:
    for one, other in zip((found.radius, found.x, found.y), expected, strict=True):
        np.testing.assert_array_equal(one.numpy(), other)


CLOUDS: dict[str, Callable[[], Pair]] = {
    "normal 1+1": lambda: (rng.normal(size=(400, 1)), rng.normal(size=(400, 1))),
    "normal 3+2": lambda: (rng.normal(size=(300, 3)), rng.normal(size=(300, 2))),
    "float32 values": lambda: (_single(rng.normal(size=(300, 2))), _single(rng.normal(size=(300, 1)))),
    "lattice 1+1": lambda: (_lattice(40, 1), _lattice(40, 1)),
    "lattice 2+2": lambda: (_lattice(6, 2), _lattice(6, 2)),
    "tenths, whose differences round": lambda: (_lattice(50, 1) / 10 + 0.1, _lattice(50, 2) / 10),
    "1-D with duplicates": lambda: (np.repeat(rng.normal(size=(100, 1)), 3, 0), rng.normal(size=(300, 1))),
    "labels": lambda: (rng.normal(size=(300, 2)), _lattice(3, 1)),
    "all alike": lambda: (np.ones((30, 1)), np.zeros((30, 2))),
    "half alike": lambda: (
        np.repeat([[0.0], [1.0]], 150, 0),
        np.vstack([np.zeros((150, 1)), rng.normal(size=(150, 1))]),
    ),
    "far from zero": lambda: (1e9 + rng.normal(size=(300, 1)), rng.normal(size=(300, 1))),
    "wide": lambda: (rng.normal(size=(200, 9)), rng.normal(size=(200, 8))),
}


def _single(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float32).astype(float)


def _lattice(levels: int, d: int) -> np.ndarray:
    return rng.integers(0, levels, (300, d)).astype(float)


@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize("k", [1, 5, 20])
@pytest.mark.parametrize("rectangle", [False, True])
@pytest.mark.parametrize("route", [by_trees, by_all_pairs, neighbours.neighbours])
def test_every_route_counts_what_the_definition_counts(
    route: Callable[..., Neighbours], rectangle: bool, k: int, cloud: str
) -> None:
    x, y = CLOUDS[cloud]()
    assert_equal(route(*spaces(x, y), k, rectangle=rectangle), naive(x, y, k, rectangle))


@settings(deadline=None, max_examples=150)
@given(
    values=arrays(float, st.integers(1, 30), elements=st.floats(-1e6, 1e6) | st.sampled_from([0.1, 0.2, 0.3])),
    data=st.data(),
)
def test_sorted_counts_are_those_of_the_differences(values: np.ndarray, data: st.DataObject) -> None:
    """Radii on the differences themselves and one step off them: where a search for v - r goes wrong."""
    differences = np.abs(values[:, None] - values)
    radius = np.array([data.draw(st.sampled_from(sorted(row))) for row in differences])
    for r in (radius, np.nextafter(radius, 0), np.nextafter(radius, np.inf)):
        np.testing.assert_array_equal(count_near(values[:, None], r), (differences <= r[:, None]).sum(1))


def test_kept_distances_change_nothing() -> None:
    x, y = spaces(rng.normal(size=(200, 12)), rng.normal(size=(200, 3)))
    expected = by_all_pairs(x, y, 4)
    assert_equal(by_all_pairs(x.keep(), y, 4), (expected.radius.numpy(), expected.x.numpy(), expected.y.numpy()))
    assert x.kept["distances"].shape == (200, 200)


def test_distances_are_not_kept_when_memory_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "memory_free", lambda where: 8 * 8 * 200 * 200 - 1)
    assert not Space(torch.zeros(200, 2)).keep().kept


def largest_request(monkeypatch: pytest.MonkeyPatch, module: ModuleType, run: Callable[[], object], n: int) -> int:
    """The most elements of any float tensor that `run` makes while blocks are kept to 4 rows of n."""
    monkeypatch.setattr(device, "CHUNK_BYTES", 4 * 128 * n)
    seen = [0]

    class Watch(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            out = function(*args, **(kwargs or {}))
            if isinstance(out, torch.Tensor):
                seen[0] = max(seen[0], out.numel())
            return out

    with Watch():
        run()
    return seen[0]


def test_no_route_makes_an_array_of_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    n = 600
    t, labels = torch.as_tensor(rng.normal(size=(n, 3))), torch.as_tensor(rng.integers(0, 60, n))
    x, y = Space(t), Space(torch.as_tensor(rng.normal(size=(n, 9))))
    all_pairs = largest_request(monkeypatch, neighbours, lambda: by_all_pairs(x, y, 3, rectangle=True), n)
    assert n <= all_pairs <= 8 * n
    assert (
        n
        <= largest_request(monkeypatch, kernels, lambda: kernels.kernel_log_means(t, [labels, labels % 2], 1.0), n)
        <= 60 * n
    )


def direct_log_means(t: np.ndarray, labels: list[np.ndarray], width: float) -> list[float]:
    """The definition with scipy's logsumexp, over all samples and over each label."""
    exponent = -((t[:, None] - t[None]) ** 2).sum(2) / (2 * width)
    groups = [np.zeros(len(t)), *labels]
    same = [codes[:, None] == codes for codes in groups]
    return [float((logsumexp(exponent, axis=1, b=one) - np.log(one.sum(1))).mean()) for one in same]


@pytest.mark.parametrize("scale", [1e-8, 1e-3, 1.0, 1e3, 1e9])
@pytest.mark.parametrize("levels", [1, 2, 40, 250])
@pytest.mark.parametrize("block", [2**10, 2**25])
def test_kernel_means_are_those_of_the_definition(
    monkeypatch: pytest.MonkeyPatch, scale: float, levels: int, block: int
) -> None:
    monkeypatch.setattr(device, "CHUNK_BYTES", block)
    t = scale * rng.normal(size=(250, 4))
    t[100:130] = t[:30]  # coinciding samples
    labels = [np.unique(rng.integers(0, levels, 250), return_inverse=True)[1], rng.integers(0, 2, 250), np.arange(250)]
    whole, within = kernels.kernel_log_means(torch.as_tensor(t), [torch.as_tensor(one) for one in labels], 0.02)
    expected = direct_log_means(t, labels, 0.02)
    np.testing.assert_allclose([whole, *within], expected, rtol=0, atol=1e-9)


def test_kernel_means_far_from_zero() -> None:
    """|a|^2 + |b|^2 - 2 a.b would lose every digit of these distances."""
    t = 1e7 * rng.choice([-1.0, 1.0], (100, 1)) + rng.normal(size=(100, 2))
    whole, _ = kernels.kernel_log_means(torch.as_tensor(t), [], 1e-2)
    assert float(whole) == pytest.approx(direct_log_means(t, [], 1e-2)[0], abs=1e-9)


@settings(deadline=None, max_examples=100)
@given(
    rows=arrays(
        np.int64,
        st.tuples(st.integers(1, 12), st.integers(1, 5)),
        elements=st.integers(-3, 3) | st.integers(-(2**61), 2**61),
    )
)
def test_row_codes_part_what_differs(rows: np.ndarray) -> None:
    codes = cells.row_codes(torch.as_tensor(rows))
    expected = np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1)
    assert sorted(set(codes.tolist())) == list(range(expected.max() + 1))
    assert len(set(zip(codes.tolist(), expected.tolist(), strict=True))) == expected.max() + 1


def test_row_codes_of_wide_rows() -> None:
    """Rows of 200 columns that differ in one place only, far beyond what 64 bits can number."""
    rows = np.full((150, 200), 7)
    rows[np.arange(150), np.arange(150)] = 900_000
    assert (
        cells.row_codes(torch.as_tensor(np.vstack([rows, rows]))).tolist()
        == [*cells.row_codes(torch.as_tensor(rows)).tolist()] * 2
    )


def test_row_codes_do_not_collide_where_64_bits_overflow() -> None:
    """A second column of base 2^62 would send the rows (0, 0) and (4, 0) to one number."""
    rows = torch.tensor([[0, 0], [1, 0], [2, 0], [3, 0], [4, 0], [5, 2**62 - 1]])
    assert sorted(cells.row_codes(rows).tolist()) == [0, 1, 2, 3, 4, 5]


@settings(deadline=None, max_examples=150)
@given(low=st.floats(-1e6, 1e6), span=st.floats(1e-9, 1e7), points=st.integers(2, 1000), data=st.data())
def test_grid_cells_are_those_of_a_search(low: float, span: float, points: int, data: st.DataObject) -> None:
    grid = np.linspace(low, low + span, points)
    inside = data.draw(arrays(float, 10, elements=st.floats(low - span, low + 2 * span)))
    values = np.concatenate([grid, np.nextafter(grid, np.inf), np.nextafter(grid, -np.inf), inside, [1e150, -1e150]])
    found = cells.grid_cells(torch.as_tensor(values), torch.as_tensor(grid))
    np.testing.assert_array_equal(found.numpy(), np.searchsorted(grid, values, side="right"))


def test_counts_do_not_depend_on_the_spread_of_codes() -> None:
    codes = torch.as_tensor(rng.integers(0, 9, 500))
    for spread in (1, 10**6, 2**58):
        assert sorted(cells.counts(codes * spread).tolist()) == sorted(np.bincount(codes.numpy()).tolist())


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40))
def test_entropy_of_codes(codes: list[int]) -> None:
    p = np.unique(codes, return_counts=True)[1] / len(codes)
    assert float(cells.entropy(torch.tensor(codes))) == pytest.approx(-(p * np.log(p)).sum(), abs=1e-12)


def test_margins() -> None:
    values = np.hstack([_lattice(9, 1), 1e-200 * rng.normal(size=(300, 1)), 1e140 * rng.normal(size=(300, 1))])
    standard = margins.standard(torch.as_tensor(values)).numpy()
    np.testing.assert_allclose(standard.std(0, ddof=1), 1, atol=1e-12)
    np.testing.assert_allclose(
        standard[:, 0], (values[:, 0] - values[:, 0].mean()) / values[:, 0].std(ddof=1), atol=1e-12
    )
    gauss = margins.gauss(torch.as_tensor(values)).numpy()
    np.testing.assert_allclose(gauss[:, 0], norm.ppf(rankdata(values[:, 0]) / 301), atol=1e-12)
    assert (margins.standard(torch.full((5, 1), 0.1)) == 0).all() and (
        margins.gauss(torch.full((5, 1), 0.1)) == 0
    ).all()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize("rectangle", [False, True])
def test_cuda_counts_the_same_neighbours(rectangle: bool, cloud: str) -> None:
    x, y = CLOUDS[cloud]()
    found = neighbours.neighbours(*(Space(torch.as_tensor(v, device="cuda")) for v in (x, y)), 5, rectangle=rectangle)
    assert_equal(Neighbours(found.radius.cpu(), found.x.cpu(), found.y.cpu()), naive(x, y, 5, rectangle))
