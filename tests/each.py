"""Cases of a law that cost less than a test of pytest's does: one test goes through all of them."""

import inspect
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from itertools import count
from typing import Any

Decorator = Callable[[Callable[..., None]], Callable[..., None]]
Case = dict[str, Any]


def each(names: str | tuple[str, ...], cases: Iterable[Any]) -> Decorator:
    """As `pytest.mark.parametrize`, in one test, whose failure names its case. Several of them make every combination.

    The cases share the test's fixtures: for laws that leave nothing behind.
    """
    named = _named(names)
    given = _given(named, cases)
    return _taking(named, lambda: given)


def turns(names: str | tuple[str, ...], cases: Iterable[Any]) -> Decorator:
    """Below `each`, and instead of another one: its cases take these by turns, one each, and not in every combination.

    After each round the next begins one case later, so that no case of `each` is always with the same one of these.
    """
    named = _named(names)
    by_turns = _by_turns(_given(named, cases))
    return _taking(named, lambda: [next(by_turns)])


def _by_turns(given: list[Case]) -> Iterator[Case]:
    for number in count():
        rounds, at = divmod(number, len(given))
        yield given[(rounds + at) % len(given)]


def _named(names: str | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(",")) if isinstance(names, str) else names


def _given(named: tuple[str, ...], cases: Iterable[Any]) -> list[Case]:
    return [dict(zip(named, _values(case, len(named)), strict=True)) for case in cases]


def _taking(named: tuple[str, ...], of_call: Callable[[], list[Case]]) -> Decorator:
    """Makes of a test one that is called without the arguments `named`, and takes all cases that `of_call` has then."""

    def of(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def through(**fixtures: Any) -> None:
            for case in of_call():
                try:
                    test(**fixtures, **case)
                except BaseException as error:
                    error.add_note(f"The case: {case!r:.500}")
                    raise

        kept = [p for p in inspect.signature(test).parameters.values() if p.name not in named]
        through.__signature__ = inspect.Signature(kept)  # type: ignore[attr-defined]
        return through

    return of


def _values(case: Any, count: int) -> Any:
    if hasattr(case, "marks"):  # a `pytest.param`
        return case.values
    return (case,) if count == 1 else case
