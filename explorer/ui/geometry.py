"""Coordinates, classes and other large arrays for the browser: over HTTP, once, and only to the session they are for.

A page offers an array and gets a URL. The bytes lie in a file named by their digest, so equal arrays are kept once and
the browser may cache them for ever. The URL holds a token that nobody can guess and that lives as long as the session.
"""

import hashlib
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike, NDArray
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from explorer.errors import SampleError
from explorer.home import home, make_room
from explorer.recordings.manifest import write_atomically

ROOM = 4 << 30
"""Bytes of geometry that are kept on disk; the oldest files go first."""
HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Encoding": "identity",  # numbers hardly shrink: compressing them costs more than it saves
}


class Offers:
    """What one session may fetch."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(16)
        self.names: set[str] = set()


_sessions: WeakValueDictionary[str, Offers] = WeakValueDictionary()  # Streamlit drops a session's state when it ends


def offer(content: bytes) -> str:
    """The URL, relative to the app's own, at which this session can fetch `content`."""
    name = _kept(content)
    offers = st.session_state.setdefault("_geometry", Offers())
    _sessions[offers.token] = offers
    offers.names.add(name)
    return f"geometry/{offers.token}/{name}"


def offer_positions(points: ArrayLike) -> str:
    """Offer n points of the plane: float32, x and y in turn.

    Raises:
        SampleError: when they are not n x 2 and finite in float32.
    """
    xy = np.asarray(points)
    if xy.ndim != 2 or xy.shape[1] != 2:
        raise SampleError(f"points of shape {xy.shape} must be n x 2")
    with np.errstate(over="ignore"):
        single = xy.astype("<f4")
    if not np.isfinite(single).all():
        raise SampleError(f"points hold {np.count_nonzero(~np.isfinite(single))} values that are not finite in float32")
    return offer(single.tobytes())


def offer_categories(codes: ArrayLike) -> str:
    """Offer the class of each point, 0 to 65535: uint16.

    Raises:
        SampleError: when a code is outside.
    """
    given = np.asarray(codes)
    if given.ndim != 1 or not np.issubdtype(given.dtype, np.integer):
        raise SampleError(f"codes of shape {given.shape} and type {given.dtype} must be n integers")
    if given.size and not 0 <= given.min() <= given.max() <= 65535:
        raise SampleError(f"codes from {given.min()} to {given.max()} must lie in [0, 65535]")
    return offer(given.astype("<u2").tobytes())


def offer_mask(rows: NDArray[np.bool_]) -> str:
    """Offer which rows are selected: a bit a row, the lowest bit first."""
    return offer(np.packbits(np.asarray(rows, dtype=bool), bitorder="little").tobytes())


def offer_texts(texts: Sequence[str]) -> str:
    """Offer a text for each point, as a JSON list."""
    import json

    return offer(json.dumps([str(text) for text in texts], ensure_ascii=False).encode())


def offer_images(images: ArrayLike) -> str:
    """Offer a grey picture for each point, n x height x width: uint8, 0 is black.

    Raises:
        SampleError: when they are not of three dimensions and uint8.
    """
    grey = np.asarray(images)
    if grey.ndim != 3 or grey.dtype != np.uint8:
        raise SampleError(f"images of shape {grey.shape} and type {grey.dtype} must be n x height x width and uint8")
    return offer(grey.tobytes())


def still_there(urls: Mapping[str, Any]) -> bool:
    """Whether everything that these offers name is on disk; what is there counts as used now."""
    named = [url for one in urls.values() for url in (one if isinstance(one, list) else [one])]
    paths = [_folder() / url.rpartition("/")[2] for url in named if isinstance(url, str) and url.endswith(".bin")]
    if not all(path.is_file() for path in paths):
        return False
    for path in paths:
        os.utime(path)
    return True


def routes(base: str = "") -> list[Route]:
    """The routes of the server; `base` is the path that the whole app is served under."""
    prefix = f"/{base.strip('/')}".rstrip("/")
    return [Route(f"{prefix}/geometry/{{token}}/{{name}}", _answer)]


async def _answer(request: Request) -> Response:
    """A file that was offered to the session of the token; for everything else the same 404."""
    offers = _sessions.get(request.path_params["token"])
    name = request.path_params["name"]
    path = _folder() / name if offers and name in offers.names else None
    if path is None or not path.is_file():
        return PlainTextResponse("not found", status_code=404, headers={"Cache-Control": "no-store"})
    return FileResponse(path, media_type="application/octet-stream", headers=HEADERS)


def _folder() -> Path:
    return home() / "geometry"


def _kept(content: bytes) -> str:
    """The name of the file that holds `content`; it is written whole or not at all."""
    name = hashlib.blake2b(content, digest_size=16).hexdigest() + ".bin"
    path = _folder() / name
    path.parent.mkdir(exist_ok=True)
    if path.is_file():
        os.utime(path)
        return name
    write_atomically(path, content)
    make_room(path.parent, "*.bin*", ROOM)
    return name
