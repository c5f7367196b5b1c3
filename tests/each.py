"""Cases of a law that cost less than a test of pytest's does: one test goes through all of them."""

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from itertools import count
from typing import Any


def each(names: str | tuple[str, ...], cases: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """As `pytest.mark.parametrize`, in one test, whose failure names its case. Several of them make every combination.

    The cases share the test's fixtures: for laws that leave nothing behind.
    """
    named = tuple(name.strip() for name in names.split(",")) if isinstance(names, str) else names
    given = [dict(zip(named, _values(case, len(named)), strict=True)) for case in cases]

    def of(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def through_all(**fixtures: Any) -> None:
            for case in given:
                try:
                    test(**fixtures, **case)
                except BaseException as error:
                    error.add_note(f"The case: {case!r:.500}")
                    raise

        kept = [p for p in inspect.signature(test).parameters.values() if p.name not in named]
        through_all.__signature__ = inspect.Signature(kept)  # type: ignore[attr-defined]
        return through_all

    return of


def turns(names: str | tuple[str, ...], cases: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Below `each`, and instead of another one: its cases take these by turns, one each, and not in every combination.

    After each round the next begins one case later, so that no case of `each` is always with the same one of these.
    """
    named = tuple(name.strip() for name in names.split(",")) if isinstance(names, str) else names
    given = [dict(zip(named, _values(case, len(named)), strict=True)) for case in cases]
    numbers = count()

    def of(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def through_one(**fixtures: Any) -> None:
            rounds, at = divmod(next(numbers), len(given))
            case = given[(rounds + at) % len(given)]
            try:
                test(**fixtures, **case)
            except BaseException as error:
                error.add_note(f"The case: {case!r:.500}")
                raise

        kept = [p for p in inspect.signature(test).parameters.values() if p.name not in named]
        through_one.__signature__ = inspect.Signature(kept)  # type: ignore[attr-defined]
        return through_one

    return of


def _values(case: Any, count: int) -> Any:
    if hasattr(case, "marks"):  # a `pytest.param`
        return case.values
    return (case,) if count == 1 else case
