"""The results catalogue: what has been computed, by the digest of what it was computed from."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select

from explorer.home import database_url
from explorer.jobs.database import RESULTS, insert_new, replace_all, transaction

CHUNK = 500
"""Keys in one query, below the limit of every SQLite."""


class Results:
    """Payloads by key, shared by every process that uses the database at `url`."""

    def __init__(self, url: str):
        self.url = url

    def get_many(self, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The payloads that are there, by key; absent keys are left out.

        Raises:
            FileError: when the database cannot be read.
        """
        found: dict[str, dict[str, Any]] = {}
        with transaction(self.url) as connection:
            for chunk in _chunks(list(dict.fromkeys(keys))):
                query = select(RESULTS.c.key, RESULTS.c.payload).where(RESULTS.c.key.in_(chunk))
                found |= {key: json.loads(payload) for key, payload in connection.execute(query)}
        return found

    def put_many(self, payloads: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep all payloads or, on an error, none; a key that is there keeps its first payload.

        Raises:
            FileError: when the database cannot be written.
        """
        self._written(payloads, insert_new)

    def renew(self, payloads: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep all payloads or, on an error, none; a key that is there gets its new payload.

        Raises:
            FileError: when the database cannot be written.
        """
        self._written(payloads, replace_all)

    def drop(self, key: str) -> None:
        """Forget a payload, if it is there.

        Raises:
            FileError: when the database cannot be written.
        """
        with transaction(self.url) as connection:
            connection.execute(delete(RESULTS).where(RESULTS.c.key == key))

    def _written(self, payloads: Mapping[str, Mapping[str, Any]], write: Callable[..., None]) -> None:
        now = time.time()
        rows = [{"key": key, "payload": json.dumps(payloads[key]), "created": now} for key in sorted(payloads)]
        if rows:
            with transaction(self.url) as connection:
                write(connection, RESULTS, rows)


def results() -> Results:
    """The catalogue of this computer's database."""
    return Results(database_url())


def _chunks(keys: list[str]) -> list[list[str]]:
    return [keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK)]
