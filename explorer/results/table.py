"""What results share: a figure of the catalogue draws them, and a long table holds their numbers."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from explorer.result import finite

if TYPE_CHECKING:
    import pandas


class Drawn:
    """A result that the figure named FIGURE draws."""

    FIGURE: ClassVar[str]

    def plot(self, **options: Any) -> Any:
        """The result as a Plotly figure; `options` go to the figure's draw function."""
        from explorer.catalogue import figures

        return figures[self.FIGURE](self, **options)


class Table(Drawn, ABC):
    """A result whose numbers are the rows of a long table, all in one unit."""

    unit: str
    about: Mapping[str, Any]

    @abstractmethod
    def rows(self) -> list[dict[str, Any]]:
        """The table as a list of mappings from column to value."""

    def to_frame(self) -> "pandas.DataFrame":
        """The table as a pandas DataFrame."""
        import pandas

        return pandas.DataFrame(self.rows())

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; NaN and infinity become None."""
        return finite({"unit": self.unit, "about": dict(self.about), "rows": self.rows()})
