"""Grey pictures as files: PNG, animated GIF, and sheets of strips with their labels."""

import base64
import html
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

GAP, EDGE, LINE = 2, 12, 18
"""Pixels between pictures, around a sheet, and of a line of its words."""
PAPER, INK, FRAME = 255, 31, 128
WORDS = 190
"""Width of the labels of a sheet, in pixels."""
MILLISECONDS = 120
"""How long a picture of an animation stands."""

STYLE = """<style>
.still-picture {display: none}
@media (prefers-reduced-motion: reduce) {.moving-picture {display: none} .still-picture {display: block}}
</style>"""


def enlarged(pictures: np.ndarray, height: int) -> np.ndarray:
    """Pictures (..., h, w) with every pixel a square of whole pixels, about `height` high and never smaller."""
    times = max(1, round(height / pictures.shape[-2]))
    return pictures.repeat(times, -2).repeat(times, -1)


def beside(pictures: np.ndarray, paper: int = FRAME) -> np.ndarray:
    """Pictures (m, h, w) side by side, (h, m (w + GAP) - GAP)."""
    padded = np.pad(pictures, ((0, 0), (0, 0), (0, GAP)), constant_values=paper)
    return np.concatenate(list(padded), 1)[:, :-GAP]


def grid(pictures: np.ndarray) -> np.ndarray:
    """Pictures (rows, m, h, w) as one, with a line between them."""
    rows = np.stack([beside(row) for row in pictures])
    return np.concatenate(list(np.pad(rows, ((0, 0), (0, GAP), (0, 0)), constant_values=FRAME)), 0)[:-GAP]


def png(picture: np.ndarray) -> bytes:
    """A picture (h, w) uint8 as a PNG file."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def gif(frames: Sequence[np.ndarray]) -> bytes:
    """Pictures (h, w) uint8 as an animation that runs to its end and back, for ever."""
    there = [Image.fromarray(frame) for frame in frames]
    both = [*there, *there[-2:0:-1]]
    stream = io.BytesIO()
    both[0].save(stream, "GIF", save_all=True, append_images=both[1:], duration=MILLISECONDS, loop=0)
    return stream.getvalue()


def moving(frames: Sequence[np.ndarray], still: np.ndarray, alternative: str) -> str:
    """HTML of an animation, which is `still` for those who asked their system for less motion."""
    kinds = (("moving", "gif", gif(frames)), ("still", "png", png(still)))
    pictures = [
        f'<img class="{name}-picture" style="max-width: 100%" alt="{html.escape(alternative, quote=True)}" '
        f'src="data:image/{kind};base64,{base64.b64encode(content).decode()}">'
        for name, kind, content in kinds
    ]
    return STYLE + "".join(pictures)


def sheet(title: str, rows: Sequence[tuple[str, np.ndarray]]) -> np.ndarray:
    """A page of labelled strips, black on white: every row is its words, of one or more lines, and a picture (h, w)."""
    heights = [max(picture.shape[0], LINE * len(words.splitlines())) + EDGE for words, picture in rows]
    head, font, large = " ".join(title.split()), ImageFont.load_default(13), ImageFont.load_default(15)
    inner = max(WORDS + max(picture.shape[1] for _, picture in rows), round(large.getlength(head)))
    page = Image.new("L", (2 * EDGE + inner, EDGE + 2 * LINE + sum(heights)), PAPER)
    pen = ImageDraw.Draw(page)
    pen.text((EDGE, EDGE), head, INK, font=large)
    top = EDGE + 2 * LINE
    for (words, picture), height in zip(rows, heights, strict=True):
        for number, line in enumerate(words.splitlines()):
            pen.text((EDGE, top + LINE * number), _fitting(line, font), INK, font=font)
        page.paste(Image.fromarray(picture), (EDGE + WORDS, top))
        top += height
    return np.asarray(page)


def _fitting(line: str, font: ImageFont.ImageFont | ImageFont.FreeTypeFont) -> str:
    """The line, or as much of its beginning as the column of labels holds."""
    if font.getlength(line) <= WORDS - EDGE:
        return line
    kept = next(n for n in range(len(line), -1, -1) if font.getlength(line[:n] + "…") <= WORDS - EDGE)
    return line[:kept] + "…"
