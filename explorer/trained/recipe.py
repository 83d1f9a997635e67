"""What is to be recorded of a trained network: which file, which data, which layers, as plain data."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from explorer import arrays
from explorer.errors import SettingError
from explorer.settings import Range, Setting

POOLS = ("flatten", "mean", "channels", "tokens", "cls", "masked_mean", "last_token", "each_token")
PREPARATION = (
    Setting(
        "layout",
        str,
        "as_is",
        choices=("as_is", "channels_last", "one_channel", "flat"),
        help="channels_last: (n, h, w, c) to (n, c, h, w); one_channel: (n, h, w) to (n, 1, h, w); flat: to (n, d).",
    ),
    Setting("divide", float, 1.0, Range(1e-9, 1e9), help="The data by this number, as 255 for pixels."),
    Setting("samples", int, None, Range(2, 2**40), optional=True, help="So many, drawn at random; empty takes all."),
    Setting("seed", int, 0, Range(0, 2**31 - 1), help="Of the samples drawn and the places that channels looks at."),
    Setting("tokens", int, 128, Range(1, 100_000), help="At most so many of one text."),
)
"""What is done to the data on their way into the network."""
STORING = (
    Setting("dtype", str, "float32", choices=("float32", "float16", "float64"), help="Of the stored activations."),
    Setting("batch", int, 256, Range(1, 2**30), help="Samples in one pass; it bounds the memory."),
    Setting("functional", bool, False, help="Record functions such as F.relu too."),
    Setting("accuracy", bool, False, help="The share of samples whose largest output is at the place of their label."),
)
"""How what the network computes is kept."""


@dataclass(frozen=True)
class Recipe:
    """A recording of a trained network, as plain data.

    Attributes:
        model: file or folder of the network.
        data: FILE, FILE:NAME and so on, of one array or column of texts; or {argument of the network: such a text}.
        form: of network, an entry of the catalogue of models, or "auto".
        settings: of the form.
        labels: text that names one value a sample; "" for none.
        factors: texts that name columns, one value a sample each.
        layers: names, or patterns such as layer*; none takes the usual ones of the form.
        pool: what makes one row a sample of a layer, for all or by layer; "" takes the usual one of the form.
        dtype: of the stored activations.
        batch: samples in one pass.
        samples: so many, drawn at random by `seed`; None takes all.
        seed: of the draw.
        layout: "as_is", "channels_last", "one_channel" or "flat", see `Preparation`.
        divide: the data by this number.
        mean: of each channel after the division; none leaves them.
        std: of each channel, as mean.
        tokens: at most so many of one text.
        budget: most bytes of disk for layers and probe, as "2 GB"; None for no limit.
        functional: record functions such as F.relu too.
        accuracy: keep the share of samples whose largest output is at the place of their label; without it only a
            network that returns logits has one.
        title: of the recording; "" takes the name of the model.
        licence: of the data, kept with the recording.
        source: where network and data are from, kept with the recording.

    Raises:
        SettingError: for a value that breaks its rule.
    """

    model: str
    data: str | Mapping[str, str]
    form: str = "auto"
    settings: Mapping[str, Any] = field(default_factory=dict)
    labels: str = ""
    factors: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    pool: str | Mapping[str, str] = ""
    dtype: str = "float32"
    batch: int = 256
    samples: int | None = None
    seed: int = 0
    layout: str = "as_is"
    divide: float = 1.0
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    tokens: int = 128
    budget: str | int | None = None
    functional: bool = False
    accuracy: bool = False
    title: str = ""
    licence: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        for setting in (*PREPARATION, *STORING):
            setting.checked(getattr(self, setting.name))
        if 0 in self.std:
            raise SettingError("std must be other numbers than 0")

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Recipe":
        """The recipe whose `plain` this is, also after a way through JSON."""
        lists = {one.name for one in fields(cls) if one.default == ()}
        given: dict[str, Any] = {name: tuple(one) if name in lists else one for name, one in plain.items()}
        return cls(**given)

    @property
    def plain(self) -> dict[str, Any]:
        """What differs from the defaults, as JSON holds it."""
        usual = {one.name: one.default for one in fields(self)} | {"settings": {}}
        return {name: one for name, one in asdict(self).items() if one != usual[name]}

    def absolute(self) -> "Recipe":
        """The same recipe for a process that runs in another folder."""
        return self._with(lambda file: str(Path(file).absolute()), arrays.absolute)

    def short(self) -> "Recipe":
        """The same recipe without the folders of its files, which are nobody else's affair."""
        return self._with(lambda file: Path(file).absolute().name, arrays.short)

    def _with(self, path: Callable[[str], str], text: Callable[[str], str]) -> "Recipe":
        """The recipe with other paths to its files, and in the texts that name data."""
        settings = dict(self.settings)
        file, _, name = str(settings.get("network", "")).rpartition(":")
        if file.endswith(".py"):
            settings["network"] = f"{path(file)}:{name}"
        fed = self.data
        data = text(fed) if isinstance(fed, str) else {argument: text(one) for argument, one in fed.items()}
        return replace(
            self, model=path(self.model), settings=settings, data=data, labels=self.labels and text(self.labels),
            factors=tuple(map(text, self.factors)),
        )  # fmt: skip

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text that names data."""
        data = (self.data,) if isinstance(self.data, str) else tuple(self.data.values())
        return (*data, *filter(None, (self.labels,)), *self.factors)


def numbers(name: str, text: str) -> tuple[float, ...]:
    """Numbers with commas between them, as 0.485, 0.456, 0.406; none for an empty text.

    Raises:
        SettingError: for anything else.
    """
    try:
        return tuple(float(part) for part in text.split(",")) if text.strip() else ()
    except ValueError as error:
        raise SettingError(f"{name}={text!r} must be numbers with commas between them, as 0.5, 0.5, 0.5") from error
