"""Small programming questions with ten programs each, written for this program: right ones and usual mistakes."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

Program = Callable[..., Any]


@dataclass(frozen=True)
class Question:
    """What was asked, and ten programs that answer it.

    Attributes:
        asked: the question.
        right: computes what was asked.
        inputs: arguments, the telling ones not first.
        programs: pure functions of the arguments.
    """

    asked: str
    right: Program
    inputs: tuple[tuple[Any, ...], ...]
    programs: tuple[Program, ...]


def _median(x: list[float]) -> float:
    ordered, half = sorted(x), len(x) // 2
    return ordered[half] if len(x) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _fibonacci(n: int, a: int = 0, b: int = 1) -> int:
    for _ in range(n):
        a, b = b, a + b
    return a


def _letters(text: str) -> str:
    return "".join(one for one in text.lower() if one.isalpha())


QUESTIONS = (
    Question(
        "largest of a list",
        max,
        (([1, 5, 2],), ([7],), ([3, 3],), ([-4, -9],), ([0, -1, 8],), ([2, 9, 4],), ([-1, 0],), ([6, 1],)),
        (
            lambda x: max(x),
            lambda x: sorted(x)[-1],
            lambda x: sorted(x, reverse=True)[0],
            lambda x: reduce(lambda a, b: a if a > b else b, x),
            lambda x: -min(-one for one in x),
            lambda x: sorted(x)[len(x) - 1],
            lambda x: max(set(x)),
            lambda x: reduce(lambda a, b: a if a > b else b, x, 0),
            lambda x: next(one for one in x if all(one >= other for other in x)),
            lambda x: max(*x, -math.inf),
        ),
    ),
    Question(
        "leap year",
        lambda y: y % 4 == 0 and (y % 100 != 0 or y % 400 == 0),
        ((2024,), (2023,), (2012,), (1996,), (2001,), (1900,), (2000,), (2100,)),
        (
            lambda y: y % 4 == 0,
            lambda y: y % 4 == 0 and (y % 100 != 0 or y % 400 == 0),
            lambda y: y % 4 == 0 and y % 100 != 0,
            lambda y: y % 400 == 0 or (y % 4 == 0 and y % 100 != 0),
            lambda y: not y % 4,
            lambda y: y % (400 if y % 100 == 0 else 4) == 0,
            lambda y: bool(y % 100) and not y % 4,
            lambda y: y % 4 == 0 or y % 400 == 0,
            lambda y: y % 4 == 0 and y % 400 != 0,
            lambda y: y % 16 == 0 if y % 100 == 0 else y % 4 == 0,
        ),
    ),
    Question(
        "median of a list",
        _median,
        (([3, 1, 2],), ([5],), ([1, 2, 9],), ([4, 8, 6],), ([1, 2, 3, 4],), ([9, 1],), ([7, 1, 1, 3],), ([6, 0],)),
        (
            lambda x: sorted(x)[len(x) // 2],
            _median,
            lambda x: x[len(x) // 2],
            lambda x: (sorted(x)[(len(x) - 1) // 2] + sorted(x)[len(x) // 2]) / 2,
            lambda x: sum(x) / len(x),
            lambda x: sorted(x)[(len(x) - 1) // 2],
            lambda x: sorted(x)[len(x) // 2],
            lambda x: sum(sorted(x)[(len(x) - 1) // 2 : len(x) // 2 + 1]) / (2 - len(x) % 2),
            lambda x: sorted(x)[round(len(x) / 2)],
            lambda x: (max(x) + min(x)) / 2,
        ),
    ),
    Question(
        "count the vowels",
        lambda t: sum(one in "aeiou" for one in t.lower()),
        (("tree",), ("sky",), ("banana",), ("",), ("queue",), ("Apple",), ("EIGHT",), ("yes",)),
        (
            lambda t: sum(one in "aeiou" for one in t.lower()),
            lambda t: sum(one in "aeiouAEIOU" for one in t),
            lambda t: sum(one in "aeiou" for one in t),
            lambda t: sum(t.lower().count(one) for one in "aeiou"),
            lambda t: len([one for one in t.lower() if one in {"a", "e", "i", "o", "u"}]),
            lambda t: sum(t.count(one) for one in "aeiou"),
            lambda t: sum(one in "aeiouy" for one in t.lower()),
            lambda t: sum(map(t.casefold().count, "aeiou")),
            lambda t: len(set(t.lower()) & set("aeiou")),
            lambda t: sum(1 for one in t.upper() if one in "AEIOU"),
        ),
    ),
    Question(
        "reverse the words",
        lambda t: " ".join(t.split()[::-1]),
        (("one two",), ("a",), ("x y z",), ("red green",), ("to be or",), ("b a",), ("end",), ("so it is",)),
        (
            lambda t: " ".join(t.split()[::-1]),
            lambda t: " ".join(reversed(t.split(" "))),
            lambda t: " ".join(reversed(t.split())),
            lambda t: reduce(lambda a, b: f"{b} {a}", t.split()),
            lambda t: t[::-1],
            lambda t: " ".join(t.split()[-1::-1]),
            lambda t: " ".join(word[::-1] for word in t[::-1].split()),
            lambda t: " ".join(t.split(" ")[::-1]),
            lambda t: " ".join(sorted(t.split(), reverse=True)),
            lambda t: " ".join([*t.split()][::-1]),
        ),
    ),
    Question(
        "round, halves up",
        lambda x: math.floor(x + 0.5),
        ((1.2,), (2.7,), (0.0,), (-1.2,), (2.5,), (0.5,), (4.5,), (-1.5,)),
        (
            lambda x: round(x),
            lambda x: int(round(x, 0)),
            lambda x: round(x, None),
            lambda x: round(float(x)),
            lambda x: round(x + 0.0),
            lambda x: math.floor(x + 0.5),
            lambda x: int(f"{x:.0f}"),
            lambda x: round(x * 1.0),
            lambda x: -round(-x),
            lambda x: int(x + 0.5) if x >= 0 else int(x - 0.5),
        ),
    ),
    Question(
        "second largest value",
        lambda x: sorted(set(x))[-2],
        (([1, 5, 2],), ([4, 3],), ([7, 8, 9],), ([-1, -3],), ([5, 5, 2],), ([1, 9, 9],), ([3, 3, 3, 1],), ([8, 0],)),
        (
            lambda x: sorted(x)[-2],
            lambda x: sorted(set(x))[-2],
            lambda x: sorted(x)[1],
            lambda x: sorted(x, reverse=True)[1],
            lambda x: max(one for one in x if one != max(x)),
            lambda x: max(one for one in x if one < sorted(x)[-1]),
            lambda x: sorted(x)[len(x) - 2],
            lambda x: sorted(x)[-3],
            lambda x: max(x[1:]),
            lambda x: sorted(set(x), reverse=True)[2],
        ),
    ),
    Question(
        "Fibonacci number",
        _fibonacci,
        ((1,), (2,), (3,), (5,), (0,), (7,), (10,), (4,)),
        (
            lambda n: _fibonacci(n),
            lambda n: _fibonacci(n, 1, 1),
            lambda n: _fibonacci(n - 1),
            lambda n: _fibonacci(n, 0, 1),
            lambda n: round(((1 + 5**0.5) / 2) ** n / 5**0.5),
            lambda n: _fibonacci(n, 1, 2),
            lambda n: _fibonacci(n - 1, 1, 1) if n else 0,
            lambda n: _fibonacci(n + 1),
            lambda n: _fibonacci(n - 2, 1, 1),
            lambda n: n if n < 4 else _fibonacci(n),
        ),
    ),
    Question(
        "palindrome",
        lambda t: _letters(t) == _letters(t)[::-1],
        (("anna",), ("house",), ("x",), ("noon",), ("Otto",), ("never odd or even",), ("no, on",), ("Ab a",)),
        (
            lambda t: t == t[::-1],
            lambda t: t.lower() == t.lower()[::-1],
            lambda t: _letters(t) == _letters(t)[::-1],
            lambda t: list(t) == list(reversed(t)),
            lambda t: t.lower().replace(" ", "") == t.lower().replace(" ", "")[::-1],
            lambda t: all(a == b for a, b in zip(_letters(t), reversed(_letters(t)), strict=True)),
            lambda t: t.replace(" ", "") == t.replace(" ", "")[::-1],
            lambda t: t[0] == t[-1],
            lambda t: _letters(t)[: len(t)] == "".join(reversed(_letters(t))),
            lambda t: sorted(t) == sorted(t[::-1]),
        ),
    ),
    Question(
        "clamp to 0 .. 10",
        lambda x: min(max(x, 0), 10),
        ((5,), (-3,), (12,), (0,), (10,), (11,), (-1,), (7,)),
        (
            lambda x: min(max(x, 0), 10),
            lambda x: max(0, min(10, x)),
            lambda x: sorted((0, x, 10))[1],
            lambda x: 0 if x < 0 else 10 if x > 10 else x,
            lambda x: x if 0 <= x <= 10 else (0 if x < 0 else 10),
            lambda x: min(10, max(0, x)),
            lambda x: _median([0, x, 10]),
            lambda x: 10 if x >= 10 else max(x, 0),
            lambda x: min(max(x, 0), 10),
            lambda x: max(0, x) if x < 10 else 10,
        ),
    ),
    Question(
        "sum of the digits",
        lambda n: sum(map(int, str(abs(n)))),
        ((12,), (7,), (405,), (99,), (0,), (1000,), (-31,), (-8,)),
        (
            lambda n: sum(map(int, str(n))),
            lambda n: sum(int(one) for one in str(abs(n))),
            lambda n: sum(int(one) for one in str(n)),
            lambda n: sum(int(one) for one in str(n) if one.isdigit()),
            lambda n: sum(divmod(n, 10)),
            lambda n: sum(n // 10**i % 10 for i in range(6)),
            lambda n: 1 + (n - 1) % 9 if n else 0,
            lambda n: sum(map(int, [*str(n)])),
            lambda n: sum(abs(n) // 10**i % 10 for i in range(12)),
            lambda n: sum(map(int, str(n).strip("-"))),
        ),
    ),
    Question(
        "sign of a number",
        lambda x: (x > 0) - (x < 0),
        ((3,), (-2,), (8,), (-5,), (1,), (0,), (-1,), (10,)),
        (
            lambda x: (x > 0) - (x < 0),
            lambda x: 1 if x > 0 else -1 if x < 0 else 0,
            lambda x: 1 if x >= 0 else -1,
            lambda x: int(x > 0) - int(x < 0),
            lambda x: 0 if x == 0 else x // abs(x),
            lambda x: x and (1 if x > 0 else -1),
            lambda x: round(math.copysign(1, x)),
            lambda x: max(-1, min(1, x)),
            lambda x: 0 if not x else (-1, 1)[x > 0],
            lambda x: x // abs(x),
        ),
    ),
)
