"""Teach the network, or print how it reads: `python -m explorer.learned --minutes 60` or `--evaluate`."""

import argparse
from pathlib import Path

from explorer.device import one_thread
from explorer.home import home
from explorer.learned.evaluation import SEEN, UNSEEN, evaluated, table
from explorer.learned.network import WEIGHTS, loaded
from explorer.learned.training import trained
from explorer.packaged import assets
from explorer.watching import watched


def main() -> None:
    """Read the options and do what they ask for."""
    parser = argparse.ArgumentParser(prog="python -m explorer.learned", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="how long to teach; a later call goes on")
    parser.add_argument("--out", type=Path, default=assets() / WEIGHTS, help="the file of weights")
    parser.add_argument("--work", type=Path, default=home() / "learned", help="the folder from which it goes on")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--evaluate", action="store_true", help="print two tables of errors and teach nothing")
    parser.add_argument("--trials", type=int, default=20, help="sets of samples a cell of the tables")
    options = parser.parse_args()
    with one_thread():
        if not options.evaluate:
            with watched(_printed):
                trained(options.out, options.work, options.minutes, options.seed)
            return
        network = loaded(options.out)
        for title, which in (("Not taught", UNSEEN), ("Taught", SEEN)):
            print(f"{title}\n\n{table(evaluated(network, which, trials=options.trials))}\n")


def _printed(done: int, total: int, note: str = "") -> None:
    print(f"{note}: {done} of {total} s", flush=True)


if __name__ == "__main__":
    main()
