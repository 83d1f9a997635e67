"""Jobs with real processes: computed once, cancelled in time, and finished whoever is killed on the way."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import update

from explorer import jobs
from explorer.errors import Cancelled, FileError, InputError, JobError, SettingError, UnknownNameError
from explorer.home import database_url, home
from explorer.jobs.board import STALE, Board
from explorer.jobs.database import JOBS, transaction
from explorer.jobs.progress import Progress, foresee
from explorer.jobs.results import Results, results
from explorer.jobs.specification import Specification, code_version
from explorer.jobs.startup import alive, ensure_service

TESTS = Path(__file__).parent
PATIENCE = 40.0
"""Seconds after which a test gives up; on a free machine each wait ends within three."""


def work(function: str, data: str = "d", **arguments: Any) -> Specification:
    """A specification of a function in jobs_fixture."""
    return Specification(f"jobs_fixture:{function}", arguments, data, code="fixture")


def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> float:
    """Wait until the condition holds; how long it took."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, "gave up waiting"
        time.sleep(0.01)
    return time.monotonic() - begun


def processes(folder: Path) -> list[psutil.Process]:
    """Every living process, other than this one, that was started with this home."""
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.environ().get("EXPLORER_HOME") == str(folder) and process.pid != os.getpid()
            if mine and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def service_process() -> psutil.Process:
    """The service of the present home, once it has said where it is."""
    until((home() / "jobs.json").exists)
    return psutil.Process(json.loads((home() / "jobs.json").read_text())["pid"])


def kill_all(folder: Path) -> None:
    """SIGKILL for the service and its workers together."""
    for process in processes(folder):
        process.kill()
    until(lambda: not processes(folder))
    until(lambda: not alive())  # a dying process frees its lock a little after it is seen as gone


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of the test's own; whatever was started in it is ended."""
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("EXPLORER_JOBS_IDLE", "60")
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    monkeypatch.delenv("EXPLORER_DATABASE", raising=False)
    yield home()
    kill_all(home())


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One service for many tests; SIGTERM ends it with all its workers."""
    folder = tmp_path_factory.mktemp("jobs") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_HOME", str(folder))
        patch.setenv("PYTHONPATH", str(TESTS))
        patch.delenv("EXPLORER_DATABASE", raising=False)
        try:
            assert ensure_service()
            yield folder
            service_process().terminate()
            until(lambda: not processes(folder))
        finally:
            kill_all(folder)


class TestSpecification:
    def test_the_same_work_has_the_same_id_whatever_the_order_and_the_cost(self) -> None:
        one = Specification("a.b:c", {"k": 5, "path": "x"}, "data", 1, "v", cost={"seconds": 3})
        two = Specification("a.b:c", {"path": "x", "k": 5}, "data", 1, "v")
        assert one.id == two.id
        assert len(one.id) >= 16
        assert int(one.id, 16) > 0

    @pytest.mark.parametrize(
        "change",
        [{"function": "a.b:d"}, {"arguments": {"k": 6}}, {"data": "other"}, {"seed": 2}, {"code": "w"}],
    )
    def test_any_other_work_has_another_id(self, change: dict[str, Any]) -> None:
        one = Specification("a.b:c", {"k": 5}, "data", 1, "v")
        assert replace(one, **change).id != one.id

    def test_survives_its_text(self) -> None:
        one = Specification("a.b:c", {"k": [1, 2.5, None]}, "data", 1, cost={"seconds": 3.0})
        again = Specification.from_text(one.text)
        assert again.id == one.id
        assert again.cost == {"seconds": 3.0}

    def test_refuses_what_json_cannot_hold_and_names_that_are_not_dotted(self) -> None:
        with pytest.raises(SettingError, match="plain data"):
            Specification("a.b:c", {"x": object()}, "data")
        with pytest.raises(SettingError, match="dotted name"):
            Specification("rm -rf", {}, "data")

    def test_the_code_version_covers_every_file_that_shapes_a_result(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from explorer.jobs import specification

        assert code_version() == code_version()
        named = {*specification.SHOWS, *specification.OWN}
        assert {name for name in named if not (specification.HERE / name).exists()} <= {"_app"}
        file = tmp_path / "estimators" / "family" / "entry.py"
        file.parent.mkdir(parents=True)
        monkeypatch.setattr(specification, "HERE", tmp_path)
        versions = []
        for source in ("a = 1", "a = 2"):
            file.write_text(source)
            versions.append(specification.source_version())
        (tmp_path / "new_engine.py").write_text("")
        versions.append(specification.source_version())
        (tmp_path / "ui").mkdir()
        (tmp_path / "ui" / "page.py").write_text("a = 1")
        assert len(set(versions)) == 3 and specification.source_version() == versions[-1]


class TestResults:
    def test_round_trip_and_the_first_payload_stays(self, fresh: Path) -> None:
        payload = {"xt": 0.1 + 0.2, "null": None, "doubts": [["kind", "é \x00"]], "far": float("inf")}
        results().put_many({f"k{place}": payload | {"place": place} for place in range(1200)})
        results().put_many({"k0": {"place": -1}, "new": {}})
        found = results().get_many([*(f"k{place}" for place in range(1200)), "absent", "new"])
        assert found["k7"] == payload | {"place": 7}
        assert found["k0"]["place"] == 0
        assert len(found) == 1201
        assert "absent" not in found

    def test_a_batch_is_kept_whole_or_not_at_all(self, fresh: Path) -> None:
        with pytest.raises(TypeError):
            results().put_many({"a": {}, "b": {"x": object()}})
        assert results().get_many(["a", "b"]) == {}

    def test_four_processes_writing_into_a_new_database_lose_nothing(self, fresh: Path) -> None:
        code = "import sys, jobs_fixture; jobs_fixture.store(sys.argv[1], int(sys.argv[2]), 250)"
        # each shares half of its keys with the next
        starts = [subprocess.Popen([sys.executable, "-c", code, database_url(), str(n * 125)]) for n in range(4)]
        assert [one.wait(PATIENCE) for one in starts] == [0] * 4
        found = results().get_many(f"key{place}" for place in range(625))
        assert found == {f"key{place}": {"place": place} for place in range(625)}

    def test_a_damaged_database_is_named_and_left_as_it_is(self, fresh: Path) -> None:
        file = fresh / "explorer.sqlite"
        file.write_bytes(b"these are not the pages of a database" * 200)
        before = file.read_bytes()
        with pytest.raises(FileError, match=r"explorer\.sqlite cannot be used \(file is not a database\)"):
            results().get_many(["a"])
        with pytest.raises(FileError, match="nothing in it was deleted"):
            jobs.submit(work("add", a=1, b=2))
        assert file.read_bytes() == before

    def test_a_database_that_was_moved_away_is_replaced_by_an_empty_one(self, fresh: Path) -> None:
        file, away = fresh / "explorer.sqlite", fresh / "away.sqlite"
        results().put_many({"old": {"value": 1}})
        for path in (file, fresh / "explorer.sqlite-wal", fresh / "explorer.sqlite-shm"):
            path.rename(str(path).replace("explorer", "away"))
        results().put_many({"new": {"value": 2}})
        assert results().get_many(["old", "new"]) == {"new": {"value": 2}}
        assert Results(f"sqlite:///{away}").get_many(["old", "new"]) == {"old": {"value": 1}}

    def test_a_database_in_a_folder_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(FileError, match=r"absent/a\.db cannot be opened \(No such file"):
            Results(f"sqlite:///{tmp_path}/absent/a.db").get_many(["a"])

    @pytest.mark.parametrize("url", ["mysql://host/name", "sqlite:/half"])
    def test_a_database_of_another_kind_is_refused(self, url: str) -> None:
        with pytest.raises(SettingError, match="EXPLORER_DATABASE"):
            Results(url).get_many(["a"])


class Desk:
    """Takes reports and answers as it is told."""

    def __init__(self) -> None:
        self.reports: list[tuple[Any, ...]] = []
        self.wanted = True

    def report(self, *values: Any) -> bool:
        self.reports.append(values)
        return self.wanted


class TestProgress:
    def test_writes_at_most_five_times_a_second(self) -> None:
        desk = Desk()
        progress, begun, calls = Progress(desk, "id", 1), time.monotonic(), 0
        while time.monotonic() - begun < 0.7:
            progress(calls, 10**6)
            calls += 1
        assert calls > 1000
        assert 2 <= len(desk.reports) <= 4  # at 0, 0.2, 0.4 and 0.6 s

    def test_time_left_follows_the_rate_since_the_first_report(self) -> None:
        progress = Progress(Desk(), "id", 1)
        progress(500, 1000)  # a resumed job: the first half was there
        assert progress.seconds_left is None
        time.sleep(0.5)
        progress(600, 1000)
        assert progress.seconds_left == pytest.approx(2.0, rel=0.25)  # 100 in 0.5 s; sleep may overrun

    def test_time_left_knows_that_pieces_are_unequal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now, progress = [0.0], Progress(Desk(), "id", 1)
        monkeypatch.setattr("explorer.jobs.progress.time.monotonic", lambda: now[0])
        progress(0, 5)
        foresee(progress, 0, [0.0, 0.1, 0.2, 100.0, 100.0])
        assert progress.seconds_left == pytest.approx(200.3)
        for done, at in ((1, 0.1), (2, 0.3), (3, 0.5)):
            now[0] = at
            progress(done, 5)
            assert progress.seconds_left == pytest.approx(200, rel=0.02)  # the mean rate said 0.3 s
        now[0] = 50.5
        progress(3, 5, "update 300 of 600")
        assert progress.seconds_left == pytest.approx(150, rel=0.02)
        now[0] = 200.5  # twice as long as foreseen: so may the last be
        assert progress.seconds_left == pytest.approx(183, rel=0.01)
        progress(4, 5)
        now[0] = 600.5
        assert progress.seconds_left is None  # the last one is late, and nobody knows by how much

    def test_the_start_of_a_first_piece_does_not_tell_the_pace(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now, progress = [0.0], Progress(Desk(), "id", 1)
        monkeypatch.setattr("explorer.jobs.progress.time.monotonic", lambda: now[0])
        foresee(progress, 0, [2.0] * 20)
        now[0] = 8.8  # libraries were loaded
        progress(1, 20)
        assert progress.seconds_left < 70  # the mean rate said 167 s
        for done in range(2, 11):
            now[0] += 2.0
            progress(done, 20)
        assert progress.seconds_left == pytest.approx(20, rel=0.25)

    def test_who_listens_otherwise_is_told_nothing_of_seconds(self) -> None:
        foresee(lambda done, total, note="": None, 0, [1.0])

    def test_cancellation_is_raised_at_the_next_report_and_stays(self) -> None:
        desk = Desk()
        progress = Progress(desk, "id", 1)
        progress(1, 3)
        desk.wanted = False
        time.sleep(0.21)
        for done in (2, 3):
            with pytest.raises(Cancelled, match=f"after {done} of 3"):
                progress(done, 3)


class TestBoard:
    """The board alone: no service runs."""

    def test_a_queued_job_is_cancelled_at_once_and_submitting_it_again_queues_it(self, fresh: Path) -> None:
        job = jobs.submit(work("add", a=1, b=2), "Sum")
        assert (job.state, job.live, job.fraction, job.title) == ("queued", True, 0.0, "Sum")
        assert jobs.submit(work("add", a=1, b=2)) == job
        assert jobs.cancel(job.id).state == "cancelled"
        assert jobs.submit(work("add", a=1, b=2)).state == "queued"
        assert [one.id for one in jobs.jobs()] == [job.id]

    def test_unknown_ids_and_jobs_that_have_not_stopped(self, fresh: Path) -> None:
        job = jobs.submit(work("add", a=1, b=2))
        with pytest.raises(UnknownNameError, match="no job"):
            jobs.job("0123")
        with pytest.raises(UnknownNameError, match=job.id):
            jobs.cancel(f"{job.id}0")
        with pytest.raises(JobError, match="is queued; only a failed, cancelled or lost job"):
            jobs.resume(job.id)

    def test_an_attempt_that_was_overtaken_writes_nothing(self, fresh: Path) -> None:
        board, id = Board(), jobs.submit(work("add", a=1, b=2)).id
        first, second = board.begin(id, "a"), board.begin(id, "b")
        assert (first, second) == (1, 2)
        assert not board.report(id, 1, 9, 10, "old", None)
        assert not board.finish(id, "failed", attempt=1, error="old")
        assert board.report(id, 2, 1, 10, "new", 4.0)
        job = jobs.job(id)
        assert (job.state, job.done, job.note, job.worker, job.attempt) == ("running", 1, "new", "b", 2)
        assert job.seconds_left == pytest.approx(4.0, abs=0.5)
        assert board.finish(id, "done", attempt=2, result="3")
        assert board.begin(id, "c") is None
        assert jobs.submit(work("add", a=1, b=2)).result == 3

    def test_a_silent_job_is_lost_and_a_silent_cancelled_one_cancelled(self, fresh: Path) -> None:
        board = Board()
        ids = [jobs.submit(work("add", a=place, b=0)).id for place in range(3)]
        for id in ids:
            board.begin(id, "a")
        assert jobs.cancel(ids[1]).state == "cancelling"
        assert board.begin(ids[1], "b") is None  # another worker does not take up what is to end
        silence(*ids[:2])
        assert [jobs.job(id).state for id in ids] == ["lost", "cancelled", "running"]
        assert jobs.resume(ids[0]).state == "queued"


def silence(*ids: str) -> None:
    """Make the last heartbeat of jobs too old."""
    with transaction() as connection:
        connection.execute(update(JOBS).where(JOBS.c.id.in_(ids)).values(heartbeat=time.time() - STALE - 1))


class Client:
    """Stands for Dask: keeps what it is given, and its futures end as the test says."""

    cluster = "local"
    status = "lost"

    def __init__(self, resources: dict[str, float]) -> None:
        self.resources = resources
        self.sent: list[tuple[str, Any]] = []
        self.restarts = 0

    def done(self) -> bool:
        return True

    def cancel(self, force: bool) -> None:
        return

    def restart(self) -> None:
        self.restarts += 1

    def scheduler_info(self, n_workers: int) -> dict[str, Any]:
        return {"workers": {"a": {"resources": self.resources}}}

    def submit(self, function: Any, id: str, url: str, *, resources: Any, **options: Any) -> "Client":
        self.sent.append((id, resources))
        return self


class TestService:
    """The service's own decisions, with Dask played by a stand-in."""

    def test_what_dask_loses_is_sent_three_times_and_then_lost(self, fresh: Path) -> None:
        from explorer.jobs.service import Service

        client, id = Client({}), jobs.submit(work("add", a=1, b=2)).id
        service = Service(client, Board())  # type: ignore[arg-type]
        for _ in range(5):
            service.step()
            Board().begin(id, "a")
            service.step()  # beats still: not sent again
            silence(id)
        assert client.sent == [(id, None)] * 3
        assert jobs.job(id).state == "lost"
        assert "3 times" in jobs.job(id).error

    def test_workers_with_old_code_are_replaced_once_and_not_under_a_running_job(
        self, fresh: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from explorer.jobs import service

        client, board = Client({}), Board()
        monkeypatch.setattr(service, "source_version", lambda: "old")
        one = service.Service(client, board)  # type: ignore[arg-type]
        busy = jobs.submit(work("add", a=1, b=2)).id
        one.step()
        board.begin(busy, "a")
        monkeypatch.setattr(service, "source_version", lambda: "new")
        ids = [jobs.submit(Specification("explorer.home:home", {}, data, code="new")).id for data in "ab"]
        one.step()
        assert (client.restarts, client.sent) == (0, [(busy, None)])
        board.finish(busy, "done")
        one.step()
        assert (client.restarts, client.sent[1:]) == (1, [(id, None) for id in ids])

    @pytest.mark.parametrize(
        ("declared", "device", "asked"),
        [({"GPU": 1}, "auto", {"GPU": 1}), ({"GPU": 1}, "cpu", None), ({}, "auto", None), ({"GPU": 1}, None, None)],
    )
    def test_a_job_that_may_use_a_gpu_goes_to_the_worker_that_has_it(
        self, fresh: Path, declared: dict[str, float], device: str | None, asked: Any
    ) -> None:
        from explorer.jobs.service import Service

        client = Client(declared)
        jobs.submit(work("add", a=1, b=2, **({"device": device} if device else {})))
        Service(client, Board()).step()  # type: ignore[arg-type]
        assert [resources for _, resources in client.sent] == [asked]


@pytest.mark.usefixtures("running")
class TestRunning:
    def test_a_job_is_computed_once(self, tmp_path: Path) -> None:
        calls = tmp_path / "calls"
        spec = work("add", a=1, b=2, calls=str(calls))
        job = jobs.wait(jobs.submit(spec).id, PATIENCE)
        assert (job.state, job.result["sum"], job.fraction, job.attempt) == ("done", 3, 1.0, 1)
        assert jobs.submit(spec) == job
        other = jobs.wait(jobs.submit(replace(spec, code="newer")).id, PATIENCE)
        assert other.id != job.id
        assert calls.read_text() == "called\n" * 2

    @pytest.mark.parametrize(
        ("function", "error", "hint"),
        [
            ("refuse", r"^x has 3 samples and y has 4; they must be paired row by row$", r"^$"),
            ("defect", r"^ZeroDivisionError: division of nothing \(.*jobs_fixture\.py, line \d+, in defect\)$", "log"),
            ("greedy", "^MemoryError: cannot allocate", "Take fewer rows"),
            ("opaque", "^TypeError: Object of type object is not JSON", "log"),
            ("absent", "^AttributeError: .*absent", "log"),
        ],
    )
    def test_a_failure_is_one_sentence_and_a_hint(self, function: str, error: str, hint: str) -> None:
        import re

        id = jobs.submit(work(function)).id
        with pytest.raises(JobError, match="failed: ") as caught:
            jobs.wait(id, PATIENCE)
        job = jobs.job(id)
        assert job.state == "failed"
        assert re.search(error, job.error)
        assert re.search(hint, job.hint)
        assert job.error in str(caught.value)
        assert "\n" not in job.error

    def test_progress_and_the_time_left_are_seen_while_it_runs(self) -> None:
        seen: list[tuple[float, jobs.Job]] = []
        id = jobs.submit(work("count", to=25, pause=0.08)).id
        done = jobs.wait(id, PATIENCE, on_change=lambda job: seen.append((time.time(), job)))
        reports = [job.done for _, job in seen]
        assert reports == sorted(reports)
        halfway = [(at, job) for at, job in seen if 10 <= job.done <= 18]
        assert halfway
        for at, job in halfway:
            assert job.note == f"number {job.done}"
            # against what it truly took: the rate is even, and a busy machine may change it by half
            assert job.seconds_left == pytest.approx(done.finished - at, rel=0.5, abs=0.3)

    def test_a_running_job_holds_up_no_other_and_is_cancelled_within_a_second(self) -> None:
        long = jobs.submit(work("count", to=10_000, pause=0.02)).id
        until(lambda: jobs.job(long).done > 3)
        for number in range(4):
            jobs.wait(jobs.submit(work("add", "behind", a=number, b=0)).id, PATIENCE)
        assert jobs.cancel(long).state == "cancelling"
        assert until(lambda: not jobs.job(long).live) < 1.5
        job = jobs.job(long)
        assert job.state == "cancelled"
        assert 0 < job.done < 10_000
        with pytest.raises(Cancelled, match="what it had computed is kept"):
            jobs.wait(long)

    def test_a_job_that_does_not_listen_is_ended_by_force(self) -> None:
        id = jobs.submit(work("deaf", seconds=300)).id
        until(lambda: jobs.job(id).total == 1)  # its only report is made
        jobs.cancel(id)
        assert 4.5 < until(lambda: not jobs.job(id).live) < 9  # five seconds of grace
        assert jobs.job(id).state == "cancelled"
        ids = [jobs.submit(work("count", f"after {number}", to=2, pause=0.1)).id for number in range(4)]
        assert all(jobs.wait(id, PATIENCE).state == "done" for id in ids)

    def test_a_job_whose_worker_is_killed_completes(self, tmp_path: Path) -> None:
        job = jobs.wait(jobs.submit(work("fragile", mark=str(tmp_path / "mark"))).id, PATIENCE)
        assert (job.result, job.attempt) == ({"deaths": 1}, 2)

    def test_a_job_that_kills_every_worker_fails(self, tmp_path: Path) -> None:
        id = jobs.submit(work("fragile", mark=str(tmp_path / "mark"), deaths=99)).id
        with pytest.raises(JobError, match="killed again and again"):
            jobs.wait(id, PATIENCE)
        assert jobs.job(id).hint.startswith("Take fewer rows")
        assert jobs.job(id).attempt == 3

    def test_waiting_has_an_end_and_the_job_goes_on(self) -> None:
        id = jobs.submit(work("count", "patience", to=20, pause=0.05)).id
        with pytest.raises(JobError, match=r"still (queued|running) after 0\.2 s; it goes on"):
            jobs.wait(id, 0.2)
        assert jobs.wait(id, PATIENCE).result == {"counted": 20}

    def test_a_job_of_another_version_of_the_code_is_refused(self) -> None:
        id = jobs.submit(Specification("explorer.home:home", {}, "d", code="0.0.0+old")).id
        with pytest.raises(JobError, match=r"made by version 0\.0\.0\+old of the code"):
            jobs.wait(id, PATIENCE)
        again = jobs.resume(id)
        assert again.id != id
        assert again.spec.code == code_version()

    def test_the_service_listens_on_this_computer_alone_and_has_not_loaded_torch(self) -> None:
        service = service_process()
        listening = [at.laddr.ip for at in service.net_connections() if at.status == psutil.CONN_LISTEN]
        for worker in service.children():
            listening += [at.laddr.ip for at in worker.net_connections() if at.status == psutil.CONN_LISTEN]
        assert len(listening) > 4
        assert set(listening) == {"127.0.0.1"}
        assert not any("torch" in place.path for place in service.memory_maps())

    def test_a_second_service_by_hand_refuses(self) -> None:
        command = [sys.executable, "-m", "explorer.jobs"]
        second = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        assert second.returncode == 1
        assert "running already" in second.stderr


def test_after_everything_was_killed_a_job_is_lost_and_resumes_where_it_was(fresh: Path) -> None:
    keys = [f"cell{place}" for place in range(20)]
    id = jobs.submit(work("cells", keys=keys, pause=0.1)).id
    ensure_service()
    until(lambda: jobs.job(id).done >= 4)
    kill_all(fresh)
    assert jobs.job(id).state == "running"  # nobody knows yet
    silence(id)
    lost = jobs.job(id)
    assert lost.state == "lost"
    assert lost.done >= 4
    kept = results().get_many(keys)
    assert 4 <= len(kept) < 20
    jobs.resume(id)
    job = jobs.wait(id, PATIENCE)  # starts a service
    assert job.result == {"computed": 20 - len(kept)}
    assert job.attempt == 2
    assert {key: results().get_many(keys)[key] for key in kept} == kept


def test_many_callers_start_one_service_and_it_stops_when_idle(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_JOBS_IDLE", "2")
    code = (
        "import sys, time; from explorer.jobs.startup import ensure_service; print('ready', flush=True); "
        "time.sleep(float(sys.stdin.readline()) - time.time()); print(ensure_service())"
    )
    command = [sys.executable, "-c", code]
    callers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for one in callers:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    moment = f"{time.time() + 0.2}\n"  # the same for all of them
    for one in callers:
        assert one.stdin is not None
        one.stdin.write(moment)
        one.stdin.flush()
    assert sorted(one.communicate(timeout=PATIENCE)[0].strip() for one in callers) == ["False", "False", "True"]
    assert alive()
    service = service_process()
    assert os.getsid(service.pid) == service.pid  # closing the caller's terminal does not end it
    until(lambda: not alive())
    until(lambda: not processes(fresh))
    assert not service.is_running() or service.status() == psutil.STATUS_ZOMBIE
    assert not (fresh / "jobs.json").exists()
    assert (fresh / "jobs.log").read_text() == ""


def test_submitting_imports_neither_torch_nor_dask(fresh: Path) -> None:
    code = (
        "import sys; from explorer import jobs; jobs.submit; jobs.ensure_service; "
        "sys.exit(any(name in sys.modules for name in ('torch', 'dask', 'distributed', 'pandas', 'streamlit')))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=PATIENCE).returncode == 0


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(FileError, match="set EXPLORER_HOME"):
        home()


@pytest.mark.parametrize("number", ["0", "many", "-1"])
def test_a_number_of_workers_is_a_whole_number(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer.jobs.cluster import worker_count

    monkeypatch.setenv("EXPLORER_WORKERS", number)
    with pytest.raises(InputError, match="EXPLORER_WORKERS"):
        worker_count()
