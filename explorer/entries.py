"""What every entry with settings has: its name, its card, and settings that were checked when it was made."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from explorer.catalogue import Card, Catalogue
from explorer.settings import checked_settings


@dataclass(frozen=True)
class Entry:
    """One entry of a catalogue, its settings in the constructor.

    Attributes:
        catalogue: in which the entry is.

    Raises:
        SettingError: for a setting out of its rule; the message names the rule.
    """

    catalogue: ClassVar[Catalogue]

    def __post_init__(self) -> None:
        for name, value in checked_settings(self.card.settings, self.settings, self.name).items():
            object.__setattr__(self, name, value)

    @property
    def name(self) -> str:
        """The catalogue key: the name of its module."""
        return type(self).__module__.rpartition(".")[2]

    @property
    def card(self) -> Card:
        """The entry's card in the catalogue."""
        return self.catalogue.card(self.name)

    @property
    def settings(self) -> dict[str, Any]:
        """Every setting and its value."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def called(entry: str | Entry, settings: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The name of an entry, and its settings with those that are given besides."""
    return (entry, settings) if isinstance(entry, str) else (entry.name, {**entry.settings, **settings})
