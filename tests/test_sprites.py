"""Sprites: areas and outlines against closed forms, symmetries, the grid and its numbering."""

import math

import numpy as np
import pytest
import torch

from explorer import sprites
from explorer.errors import SampleError, SettingError
from explorer.sprites import NAMES, Sprites

AREAS = {"square": 19.2**2, "ellipse": math.pi * 12.8 * 7.2, "heart": 180 * math.pi * 0.595 * 0.65}
"""Of scale 1 in pixels of 64 x 64: the heart's by Green's theorem, with x = 16 a sin^3 t and y of height 0.65."""


def one(shape, **settings):
    return Sprites(shapes=(shape,), **settings)


def test_the_grid_is_that_of_dsprites():
    grid = Sprites()
    assert len(grid) == 737_280 and grid.shape == (3, 6, 40, 32, 32) and grid.names == NAMES
    levels = grid.levels()
    np.testing.assert_allclose(levels["scale"], [0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    assert levels["orientation"][0] == 0 and levels["orientation"][-1] == 2 * math.pi
    assert Sprites(distinct_orientations=True).levels()["orientation"][-1] == pytest.approx(2 * math.pi * 39 / 40)
    index = ((2 * 6 + 3) * 40 + 7) * 1024 + 5 * 32 + 31
    assert grid.places(index).tolist() == [[2, 3, 7, 5, 31]]
    found = grid.factors([index])
    assert found["shape"][0] == "heart" and found["x position"][0] == 5 / 31 and found["y position"][0] == 1


@pytest.mark.parametrize("shape", AREAS)
@pytest.mark.parametrize("size", [64, 32, 256])
def test_areas_are_those_of_the_closed_forms(shape, size):
    """Over many places and turns the pixels whose centre is inside count the area without bias."""
    grid = one(shape, scales=2, orientations=25, positions=8, size=size, distinct_orientations=True)
    area = grid.all_images("cpu").sum((1, 2)).double().reshape(2, -1) * (64 / size) ** 2
    # 64 places a turn lie on one lattice and are no independent draws: the deviation of the 25 turns' means is taken
    spread = area.reshape(2, 25, -1).mean(2).std(1) / 5
    for found, error, scale in zip(area.mean(1), spread, (0.5, 1), strict=True):
        assert abs(float(found) - AREAS[shape] * scale**2) < 5 * float(error)
        assert float(error) < 0.01 * AREAS[shape] * scale**2


def test_the_heart_is_inside_its_outline():
    """The test column by column against the polygon of the parametric outline."""
    t = torch.linspace(0, 2 * math.pi, 20_001, dtype=torch.float64)[:-1]
    x = 9.52 * t.sin() ** 3
    y = -0.65 * (13 * t.cos() - 5 * (2 * t).cos() - 2 * (3 * t).cos() - (4 * t).cos()) - 1.5
    points = (torch.rand(2, 4000, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) - 0.5) * 30
    u, v = points[:, :, None]
    nx, ny = x.roll(-1), y.roll(-1)
    crosses = ((y <= v) != (ny <= v)) & (u < x + (v - y) / (ny - y) * (nx - x))
    truth = crosses.sum(1) % 2 == 1
    found = sprites._heart(*points)
    assert 500 < truth.sum() < 1500 and torch.equal(found, truth)


@pytest.mark.parametrize("shape, turns", [("square", 4), ("ellipse", 2), ("heart", 1)])
def test_orientations_that_look_the_same(shape, turns):
    """40 orientations: the last is the first again, and symmetric shapes repeat after a part of a turn."""
    whole = one(shape, scales=1, positions=1).all_images("cpu")
    assert torch.equal(whole[0], whole[-1])
    distinct = one(shape, scales=1, positions=1, orientations=40, distinct_orientations=True).all_images("cpu")
    assert len(distinct.flatten(1).unique(dim=0)) == 40 // turns


def test_shapes_are_mirrored_and_turned_as_they_should_be():
    square, ellipse, heart = (one(shape, scales=1, orientations=1, positions=1).all_images("cpu")[0] for shape in AREAS)
    for image in (square, ellipse, heart):
        assert torch.equal(image, image.flip(1))
    assert torch.equal(square, square.flip(0)) and torch.equal(square, square.T)
    assert torch.equal(ellipse, ellipse.flip(0)) and not torch.equal(ellipse, ellipse.T)
    assert (ellipse.sum(0) > 0).sum() == 26 and (ellipse.sum(1) > 0).sum() == 14  # wide, not high: 25.6 x 14.4
    rows = heart.sum(1).nonzero()
    assert heart[rows.max()].sum() < heart[rows.min()].sum()  # the tip is down
    quarter = one("heart", scales=1, orientations=4, positions=1, distinct_orientations=True).all_images("cpu")[1]
    assert torch.equal(quarter, heart.rot90(-1))  # clockwise


def test_positions_are_exact():
    """Every fourth of 33 positions moves by whole pixels, and so does every picture."""
    grid = one("heart", scales=1, orientations=1, positions=33)
    images = grid.all_images("cpu").reshape(33, 33, 64, 64)
    assert torch.equal(images[4, 7], images[0, 0].roll((7, 4), (0, 1)))  # x moves columns, y moves rows
    assert torch.equal(images[32, 0], images[0, 0].roll(32, 1))
    centre = images[16, 16].nonzero().double().mean(0)
    assert float(centre[1]) == 31.5  # pixel 31.5 is the middle of 64


@pytest.mark.parametrize("size", [32, 64])
def test_no_shape_leaves_the_picture(size):
    grid = Sprites(scales=1, positions=2, size=size)
    images = grid.all_images("cpu")
    assert not images[:, [0, -1]].any() and not images[:, :, [0, -1]].any()
    assert images.any((1, 2)).all() and images.max() == 1 and images.dtype == torch.uint8


def test_pictures_do_not_depend_on_blocks_or_company(monkeypatch):
    grid = Sprites(size=32)
    index = np.random.default_rng(0).integers(len(grid), size=200)
    whole = grid.render(index, "cpu")
    monkeypatch.setattr(sprites, "rows_per_chunk", lambda row, device: 7)
    assert torch.equal(grid.render(index, "cpu"), whole)
    assert torch.equal(grid.render(index[50], "cpu")[0], whole[50])


@pytest.mark.gpu
def test_a_gpu_draws_the_same():
    if not torch.cuda.is_available():
        pytest.skip("this machine has no CUDA device")
    grid = Sprites()
    index = np.random.default_rng(0).integers(len(grid), size=2000)
    # a centre on an outline may fall to either side by the last bit of a cosine
    assert (grid.render(index, "cuda").cpu() != grid.render(index, "cpu")).double().mean() < 1e-6


@pytest.mark.parametrize("index", [[-1], [96], [0.5], [[0, 1]], ["a"]])
def test_numbers_out_of_the_grid_are_refused(index):
    with pytest.raises(SampleError, match=r"index=.* must be whole numbers from 0 to 95, shape \(n,\)"):
        Sprites(scales=1, orientations=2, positions=4).render(index, "cpu")


@pytest.mark.parametrize(
    "settings, sentence",
    [
        ({"shapes": ("circle",)}, "shapes=.'circle',. must be different ones of 'square', 'ellipse', 'heart'"),
        ({"shapes": ()}, "shapes=.. must be"),
        ({"positions": 0}, "positions=0 must be a whole number from 1 to 16777216"),
        ({"size": 2.5}, "size=2.5 must be a whole number from 8 to 1024"),
    ],
)
def test_grids_that_cannot_be_are_refused(settings, sentence):
    with pytest.raises(SettingError, match=sentence):
        Sprites(**settings)


@pytest.mark.parametrize(
    "settings, sentence",
    [
        ({"scales": 10**9, "orientations": 10**9, "positions": 10**9}, "scales=1000000000 must be a whole number"),
        ({"scales": 10**4, "orientations": 10**4}, "make 307200000000 pictures; at most 16777216 can be numbered"),
        ({"size": 10**9}, "size=1000000000 must be a whole number from 8 to 1024"),
    ],
)
def test_grids_that_no_memory_holds_are_refused(settings, sentence):
    with pytest.raises(SettingError, match=sentence):
        Sprites(**settings)


def test_all_images_are_drawn_while_they_can_be_held(monkeypatch):
    grid = one("square", scales=1, orientations=1, positions=2, size=8)
    monkeypatch.setattr(sprites, "HELD", 256)
    assert len(grid.all_images("cpu")) == 4
    monkeypatch.setattr(sprites, "HELD", 255)
    with pytest.raises(SettingError, match="4 pictures of size=8 are 256 bytes; at most 255"):
        grid.all_images("cpu")
    assert len(grid.render([0], "cpu")) == 1
    assert len(Sprites()) * Sprites().size ** 2 < 1 << 32  # all of dSprites


def test_real_autoencoders_know_the_sprites(real_data):
    """Networks taught dSprites rebuild ours: a wrong picture costs them hundreds of nats."""
    from explorer.networks.burgess import renamed
    from explorer.objectives.base import reconstruction

    grid = Sprites()
    index = np.random.default_rng(0).integers(len(grid), size=500)
    x = grid.render(index, "cpu").flatten(1)
    for name, least in (("VAE", 15), ("btcvae", 40), ("factor", 40)):
        model = renamed(torch.load(real_data / "vaes" / name / "model.pt", weights_only=True, map_location="cpu"))
        with torch.no_grad():
            found = float(reconstruction(model.decode(model.encode(x).mean), x))
            turned = float(reconstruction(model.decode(model.encode(x).mean), x.roll(3, 1)))
        assert found < least < turned / 2
