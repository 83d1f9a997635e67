"""`python -m explorer.jobs` is the job service; it is started on demand and stops when idle."""

import argparse
import os
import sys


def main() -> int:
    """Serve until idle; 1 when a service is running already."""
    parser = argparse.ArgumentParser(prog="python -m explorer.jobs", description=__doc__)
    scheduler = os.environ.get("EXPLORER_SCHEDULER", "")
    parser.add_argument("--scheduler", default=scheduler, help="tcp://HOST:PORT of a Dask scheduler to use")
    parser.add_argument("--idle", type=float, default=float(os.environ.get("EXPLORER_JOBS_IDLE") or 600))
    parser.add_argument("--lock", type=int, help="descriptor of the lock that the starter has taken")
    given = parser.parse_args()

    from explorer.jobs.startup import Lock

    lock = Lock(given.lock)
    if given.lock is None and not lock.acquire():
        print("a job service is running already; home()/jobs.json says where", file=sys.stderr)
        return 1
    from explorer.jobs.service import serve

    serve(lock, given.scheduler, given.idle)
    return 0


if __name__ == "__main__":
    sys.exit(main())
