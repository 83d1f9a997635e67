"""Spectra of one layer at one step, with its diffusion entropy over sigma and t; what was computed is kept.

Reading what is there needs no torch.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from explorer.catalogue import measures
from explorer.data import Recording, digest
from explorer.errors import SettingError, UnknownNameError
from explorer.jobs import board
from explorer.jobs.board import Job
from explorer.jobs.progress import nothing
from explorer.jobs.results import results
from explorer.jobs.specification import Specification, code_version
from explorer.recordings.store import open_folder
from explorer.results.representation import Spectrum
from explorer.settings import checked_settings

Report = Callable[..., None]

ROWS = 2000
"""Rows of a layer that are looked at: evenly spaced ones of more."""

TIMES = (1.0, 2.0, 4.0, 8.0)
MEASURE = "diffusion_spectral_entropy"


@dataclass(frozen=True)
class Look:
    """What to compute of a layer.

    Attributes:
        sigma, t, normalization, alpha: as of `diffusion_spectral_entropy`, for the eigenvalues that are shown.
        sigmas: widths of the curves; None for 17 from where the entropy is log2 n to where it is 0.
        times: powers of the curves.
    """

    sigma: float = 10.0
    t: float = 1.0
    normalization: str = "official"
    alpha: float = 0.5
    sigmas: tuple[float, ...] | None = None
    times: tuple[float, ...] = TIMES

    def checked(self) -> "Look":
        """The same with every value typed; widths and powers ascending.

        Raises:
            SettingError: for a value out of its range, or curves without points.
        """
        rules = {one.name: one for one in measures.card(MEASURE).settings}
        own = {name: getattr(self, name) for name in ("sigma", "t", "normalization", "alpha")}
        checked: dict[str, Any] = checked_settings(rules.values(), own, MEASURE)
        sigmas = None if self.sigmas is None else _several(self.sigmas, "sigmas", rules["sigma"].checked)
        times = _several(self.times, "times", rules["t"].checked)
        return replace(self, **checked, sigmas=sigmas, times=times)

    def key(self, recording: Recording, step: int, layer: str) -> str:
        """Of the result in the results catalogue: data, settings and code.

        Raises:
            UnknownNameError: for a layer or step that is not there.
        """
        for what, name, known in (("layer", layer, recording.layers), ("recorded step", step, recording.steps)):
            if name not in known:
                raise UnknownNameError(what, name, known)
        return digest("spectrum", recording.step_digest(step), layer, asdict(self), ROWS, code_version())


def spectrum(
    z: Any,
    *,
    sigma: float = 10.0,
    t: float = 1.0,
    normalization: str = "official",
    alpha: float = 0.5,
    sigmas: Sequence[float] | None = None,
    times: Sequence[float] = TIMES,
    device: str = "auto",
    progress: Report = nothing,
) -> Spectrum:
    """The spectra of a representation z (n, d), and its diffusion spectral entropy over sigma and t.

    All rows are taken: distances are computed once, and all eigenvalues for every sigma; every t costs nothing more.

    Args:
        z: samples of a representation.
        sigma: width of the kernel whose eigenvalues are returned.
        t: power at that width.
        normalization, alpha: as of `diffusion_spectral_entropy`.
        sigmas: widths of the curves; None for 17 from where the entropy is log2 n to where it is 0.
        times: powers of the curves.

    Raises:
        SampleError: for samples that cannot be used, or all coincide.
        SettingError: for a value out of its range.
    """
    look = Look(sigma, t, normalization, alpha, None if sigmas is None else tuple(sigmas), tuple(times)).checked()
    return _looked(z, look, device, progress)


def collected(recording: Recording, step: int, layer: str, look: Look) -> Spectrum | None:
    """The spectrum for a checked look, None where it was not computed yet.

    Raises:
        UnknownNameError: for a layer or step that is not there.
    """
    key = look.key(recording, step, layer)
    found = results().get_many([key]).get(key)
    return Spectrum.from_dict(found) if found else None


def compute(
    recording: Recording, step: int, layer: str, look: Look, *, device: str = "auto", progress: Report = nothing
) -> Spectrum:
    """The spectrum for a checked look, computed and kept where it is not there.

    Of more than 2000 rows as many are taken, evenly spaced; `about["rows"]` says so.

    Raises:
        UnknownNameError: for a layer or step that is not there.
        SampleError: for activations that cannot be used, or all coincide.
    """
    found = collected(recording, step, layer, look)
    if found is None:
        z = recording.activations(step, layer)
        rows = np.linspace(0, len(z) - 1, min(len(z), ROWS)).round().astype(int)
        said = "all" if len(rows) == len(z) else f"{len(rows)} of {len(z)}, evenly spaced"
        found = _looked(z[rows], look, device, progress)
        place = {"run": recording.name, "step": step, "layer": layer, "rows": said, "total": len(z)}
        found = replace(found, about={**found.about, **place})
        results().put_many({look.key(recording, step, layer): found.to_dict()})
    return found


def run(path: str, step: int, layer: str, progress: Report, device: str = "auto", **settings: Any) -> dict[str, Any]:
    """The job: compute one spectrum of a recording; `settings` are those of a `Look`."""
    lists = {name: tuple(value) for name, value in settings.items() if isinstance(value, list)}
    found = compute(
        open_folder(path), step, layer, Look(**settings | lists).checked(), device=device, progress=progress
    )
    return {"n": found.n, "sigmas": len(found.sigmas)}


def specification(recording: Recording, step: int, layer: str, look: Look, device: str = "auto") -> Specification:
    """The job for a checked look; the same look at the same data is the same job.

    Raises:
        SettingError: for a recording in memory, which another process cannot read.
        UnknownNameError: for a layer or step that is not there.
    """
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(look).items()}
    where = {"path": recording.folder, "step": step, "layer": layer, "device": device}
    seconds, memory = cost(recording, look)
    data = look.key(recording, step, layer)
    return Specification(f"{__name__}:run", where | plain, data, cost={"seconds": seconds, "bytes": memory})


def submitted(recording: Recording, step: int, layer: str, look: Look, device: str = "auto") -> Job:
    """Submit a checked look as a job.

    Raises:
        SettingError: for a recording in memory.
    """
    return board.submitted(specification(recording, step, layer, look, device), f"Spectrum of {layer} at step {step}")


def cost(recording: Recording, look: Look) -> tuple[float, int]:
    """About how long (seconds on one core) and how much memory (bytes) a look takes."""
    n, widths = min(len(recording), ROWS), 18 if look.sigmas is None else len(look.sigmas) + 1
    return widths * (2e-8 * n**2 + 4.5e-11 * n**3) + 0.1, 4 * 8 * n**2


def _several(values: Sequence[float], name: str, rule: Callable[[float], float]) -> tuple[float, ...]:
    if isinstance(values, str) or not len(values):
        raise SettingError(f"{name}={values!r} must be a list of numbers with at least one in it")
    return tuple(sorted({rule(value) for value in values}))


def _looked(z: Any, look: Look, device: str, progress: Report) -> Spectrum:
    from explorer import checks  # torch comes with it
    from explorer.device import resolve
    from explorer.measures.diffusion._curves import curves, presets, spaced
    from explorer.measures.diffusion.base import SHOWN, dead, spectral_bits
    from explorer.measures.geometry._spectrum import covariance_spectrum

    found = checks.variable(z, "z", "continuous", "continuous", resolve(device))
    checks.paired(found)
    variances = covariance_spectrum(found.values)  # refuses samples that all coincide
    named = presets(found.values)
    sigmas = np.array(look.sigmas) if look.sigmas else spaced(found.values, named["median"])
    alpha = look.alpha if look.normalization == "anisotropic" else 0.0
    shown, table = curves(found.values, look.sigma, sigmas.tolist(), look.times, alpha, progress)
    progress(len(sigmas) + 1, len(sigmas) + 1)
    bits = spectral_bits(shown, look.t)
    about = {"sigma": look.sigma, "t": look.t, "normalization": look.normalization, "alpha": alpha, "presets": named}
    about |= {"bits": bits, "doubts": [[one.rule, one.text] for one in dead(bits, found.values, look.sigma)]}
    about |= {"dim": found.dim, "seed": 0}
    largest = shown[:SHOWN].cpu().numpy()
    return Spectrum(largest, variances.cpu().numpy(), sigmas, np.array(look.times), table, len(found), about)
