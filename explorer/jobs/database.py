"""The tables that the app, the job service and its workers share: SQLite by default, PostgreSQL by URL."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable

from explorer.errors import FileError, MissingExtraError, SettingError
from explorer.home import database_url

PATIENCE = 30.0
"""Seconds that a writer waits for another one."""

INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}

SCHEMA = MetaData()
RESULTS = Table(
    "results",
    SCHEMA,
    Column("key", String, primary_key=True),
    Column("payload", Text, nullable=False),
    Column("created", Float, nullable=False),
)
JOBS = Table(
    "jobs",
    SCHEMA,
    Column("id", String, primary_key=True),
    Column("title", Text, nullable=False),
    Column("spec", Text, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("done", BigInteger, nullable=False, default=0),
    Column("total", BigInteger, nullable=False, default=0),
    Column("note", Text, nullable=False, default=""),
    Column("seconds_left", Float),
    Column("result", Text),
    Column("error", Text, nullable=False, default=""),
    Column("hint", Text, nullable=False, default=""),
    Column("created", Float, nullable=False),
    Column("started", Float),
    Column("heartbeat", Float),
    Column("finished", Float),
    Column("cancel_requested", Float),
    Column("attempt", Integer, nullable=False, default=0),
    Column("worker", Text, nullable=False, default=""),
)


@contextmanager
def transaction(url: str = "") -> Iterator[Connection]:
    """A connection whose statements are kept together, or not at all.

    Raises:
        FileError: when the database is damaged, locked for long, or out of reach; nothing in it is deleted.
        SettingError, MissingExtraError: when `EXPLORER_DATABASE` names a database that cannot be used.
    """
    url = url or database_url()
    try:
        with _engine(url, os.getpid(), _file(url)).begin() as connection:
            yield connection
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise FileError(
            f"the database {make_url(url)} cannot be used ({reason}); nothing in it was deleted: "
            "repair it, move it away to start an empty one, or set EXPLORER_DATABASE"
        ) from error


def insert_new(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert the rows whose primary key is not there yet; the others stay as they are."""
    connection.execute(INSERTS[connection.dialect.name](table).on_conflict_do_nothing(), list(rows))


def replace_all(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert the rows, each in the place of the one with its primary key."""
    insert = INSERTS[connection.dialect.name](table)
    own = [column.name for column in table.primary_key]
    new = {column.name: insert.excluded[column.name] for column in table.columns if column.name not in own}
    connection.execute(insert.on_conflict_do_update(index_elements=own, set_=new), list(rows))


def _file(url: str) -> tuple[int, int] | None:
    """The file that a SQLite URL means now, made if need be; another one after the first was moved away."""
    if not url.startswith("sqlite:///"):
        return None
    path = Path(url.removeprefix("sqlite:///"))
    try:
        if not path.exists():
            path.touch()
        about = path.stat()
    except OSError as error:
        raise FileError(f"the database {path} cannot be opened ({error.strerror}); set EXPLORER_DATABASE") from error
    return about.st_dev, about.st_ino


@cache
def _engine(url: str, process: int, file: tuple[int, int] | None) -> Engine:
    """One engine a database, process and file: connections must not cross a fork or outlive their file's name."""
    engine = _created(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tuned)
    with engine.begin() as connection:
        for table in SCHEMA.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
            for index in table.indexes:
                connection.execute(CreateIndex(index, if_not_exists=True))
    return engine


def _created(url: str) -> Engine:
    dialect = url.partition(":")[0].partition("+")[0]
    if dialect not in INSERTS:
        raise SettingError(f"EXPLORER_DATABASE is a {dialect!r} URL; it must be sqlite or postgresql, or a file")
    wait = {"timeout": PATIENCE} if dialect == "sqlite" else {}
    try:
        return create_engine(url, connect_args=wait, pool_pre_ping=dialect != "sqlite")
    except ArgumentError as error:
        raise SettingError(f"EXPLORER_DATABASE is not a database URL: {error}") from error
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"a {dialect} database needs {error.name}: pip install 'information-explorer[postgres]'"
        ) from error


def _tuned(connection: Any, record: Any) -> None:
    """Readers do not wait for a writer; a killed process loses no committed batch."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
