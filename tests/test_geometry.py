"""The HTTP route of large arrays: who may fetch what, what the bytes are, and when they are forgotten."""

import asyncio
import gc
import json
import os
from dataclasses import dataclass
from urllib.parse import unquote

import numpy as np
import pytest
import streamlit as st
from starlette.applications import Starlette

from explorer.asgi import POLICY, SecurityHeaders
from explorer.errors import SampleError
from explorer.ui import geometry


@pytest.fixture(autouse=True)
def session(tmp_path, monkeypatch):
    """One session at a time, as a dict; the folder is fresh."""
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path))
    monkeypatch.setattr(st, "session_state", {})
    return st.session_state


@dataclass
class Answer:
    """What a server answers."""

    status_code: int
    headers: dict[str, str]
    content: bytes


@dataclass
class Client:
    """Asks an application as a server does, without a network."""

    app: object

    def get(self, path: str) -> Answer:
        sent: list[dict] = []
        scope = {"type": "http", "method": "GET", "path": unquote(path), "headers": [], "query_string": b""}

        async def receive():
            await asyncio.Event().wait()  # the browser stays and says nothing

        async def send(message):
            sent.append(message)

        asyncio.run(self.app(scope, receive, send))
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], headers, b"".join(one.get("body", b"") for one in sent[1:]))


@pytest.fixture
def client():
    return Client(SecurityHeaders(Starlette(routes=geometry.routes())))


def test_what_is_offered_is_what_is_fetched(client):
    xy = np.array([[0.1, -2.0], [3e9, 4.0]])
    fetched = [
        client.get(f"/{url}").content
        for url in (
            geometry.offer_positions(xy),
            geometry.offer_categories([0, 65535, 7]),
            geometry.offer_mask(np.arange(11) % 3 == 0),
            geometry.offer_texts(["é", "<b>"]),
            geometry.offer_images(np.arange(12, dtype=np.uint8).reshape(3, 2, 2)),
        )
    ]
    assert np.array_equal(np.frombuffer(fetched[0], "<f4"), xy.astype(np.float32).ravel())
    assert np.frombuffer(fetched[1], "<u2").tolist() == [0, 65535, 7]
    assert [(fetched[2][i >> 3] >> (i & 7)) & 1 for i in range(11)] == [1, 0, 0] * 3 + [1, 0]
    assert json.loads(fetched[3]) == ["é", "<b>"]
    assert fetched[4] == bytes(range(12))


def test_the_answer_may_be_kept_for_ever_and_carries_the_policy(client):
    answer = client.get(f"/{geometry.offer(b'abc' * 1000)}")
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "; ".join(POLICY)
    assert "unsafe-eval" not in answer.headers["content-security-policy"]


def test_equal_bytes_are_kept_once_and_not_in_the_session(tmp_path, session):
    assert geometry.offer(b"abc") == geometry.offer(b"abc")
    session.clear()
    geometry.offer(b"abc")
    assert [one.read_bytes() for one in (tmp_path / "geometry").iterdir()] == [b"abc"]
    assert all(len(name) < 64 for name in session["_geometry"].names)


def test_a_foreign_token_an_unknown_digest_and_path_tricks_find_nothing(client, session, tmp_path):
    (tmp_path / "secret.bin").write_bytes(b"secret")
    (tmp_path / "geometry").mkdir()
    (tmp_path / "geometry" / ("0" * 32 + ".bin")).write_bytes(b"never offered")
    url = geometry.offer(b"mine")
    _, token, name = url.split("/")
    first = session.pop("_geometry")
    _, other, _ = geometry.offer(b"of another session").split("/")
    assert other != token and first.token == token and len(token) >= 22
    tricks = ["../secret.bin", "..%2fsecret.bin", "%2e%2e%2fsecret.bin", "..\\secret.bin", "", "%00", name.upper()]
    for path in [f"{other}/{name}", f"{'x' * 22}/{name}", f"{token}/{'0' * 32}.bin", *(f"{token}/{t}" for t in tricks)]:
        answer = client.get(f"/geometry/{path}")
        assert answer.status_code == 404 and b"secret" not in answer.content, path
    assert client.get(f"/{url}").content == b"mine"


def test_the_token_is_forgotten_with_its_session(client, session):
    url = geometry.offer(b"mine")
    assert client.get(f"/{url}").status_code == 200
    session.clear()
    gc.collect()
    assert client.get(f"/{url}").status_code == 404


def test_the_oldest_files_make_room(client, monkeypatch, tmp_path):
    monkeypatch.setattr(geometry, "ROOM", 250)
    urls = []
    for k in range(4):
        urls.append(geometry.offer(bytes([k]) * 100))
        os.utime(tmp_path / "geometry" / urls[-1].split("/")[-1], (k, k))  # a second apart
    assert [client.get(f"/{url}").status_code for url in urls] == [404, 404, 200, 200]
    assert geometry.offer(bytes([0]) * 100) == urls[0] and client.get(f"/{urls[0]}").status_code == 200


def test_the_routes_follow_the_path_of_the_app():
    client = Client(Starlette(routes=geometry.routes("/base/")))
    assert client.get(f"/base/{geometry.offer(b'abc')}").content == b"abc"


@pytest.mark.parametrize("offer, values, words", [
    (geometry.offer_positions, [1.0, 2.0], "n x 2"),
    (geometry.offer_positions, [[1.0, np.nan]], "1 values that are not finite"),
    (geometry.offer_positions, [[1.0, 1e39]], "1 values that are not finite"),
    (geometry.offer_categories, [0, 65536], "65536"),
    (geometry.offer_categories, [-1, 0], "-1"),
    (geometry.offer_categories, [0.5], "integers"),
    (geometry.offer_images, np.zeros((2, 2, 2)), "uint8"),
])  # fmt: skip
def test_what_cannot_be_sent_is_refused(offer, values, words):
    with pytest.raises(SampleError, match=words):
        offer(values)
