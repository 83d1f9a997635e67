"""ln I_v(kappa) to 25 digits by mpmath: python tests/reference/make_bessel.py writes bessel.json beside this file."""

import json
from pathlib import Path

import mpmath

ORDERS = (0, 0.5, 1, 2.5, 7, 15, 31, 49.5, 50, 63, 127, 249.5, 499, 500)
KAPPAS = (1e-3, 0.1, 1.0, 1.99, 2.0, 3.0, 10.0, 50.0, 100.0, 500.0, 1e3, 1e4)

if __name__ == "__main__":
    with mpmath.workdps(60):
        rows = [[v, k, mpmath.nstr(mpmath.log(mpmath.besseli(v, k)), 25)] for v in ORDERS for k in KAPPAS]
    Path(__file__).with_name("bessel.json").write_text(json.dumps(rows, indent=0) + "\n")
