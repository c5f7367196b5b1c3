"""What is said of a text that is not read: each sentence once, whoever asked for the numbers."""

from app.errors import UserError, shortened


class Unreadable(Exception):
    """A text that cannot be read, or that can be read in two ways; `word` is the part at fault."""

    def __init__(self, detail: str, word: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.word = word

    def told(self, kind: type[UserError], field: str, allowed: str) -> UserError:
        """The same in terms of the field that the text stands in."""
        return kind(self.detail, field=field, given=shortened(self.word) or None, allowed=allowed)


def quoted(word: str, of: str) -> str:
    """The word, and the field `of` which it is, if that has a name.

    >>> quoted("1,5", "dx"), quoted("1,5", "")
    ('“1,5” in dx', '“1,5”')
    """
    return f"“{shortened(word)}”" + (f" in {of}" if of else "")


def two_numbers(word: str, of: str) -> Unreadable:
    """A comma that may part two numbers or be a decimal point."""
    point, apart = word.replace(",", "."), word.replace(",", ", ")
    return Unreadable(
        f"{quoted(word, of)} may be {point} or the numbers {apart}. Write “{point}”, or “{apart}” with a space.", word
    )


def several_numbers(word: str, of: str) -> Unreadable:
    """Commas that may part numbers or thousands."""
    whole, apart = word.replace(",", ""), word.replace(",", ", ")
    return Unreadable(
        f"{quoted(word, of)} may be {whole} or the numbers {apart}. Write “{whole}”, or “{apart}” with spaces.", word
    )


def thousands(word: str, mark: str, of: str) -> Unreadable:
    """A mark that may be the decimal point or part thousands."""
    point, whole = word.replace(mark, "."), word.replace(mark, "")
    return Unreadable(f"{quoted(word, of)} may be {point} or {whole}. Write “{point}” or “{whole}”.", word)


def cells_or_rows(line: str) -> Unreadable:
    """Semicolons within lines, where a semicolon is said to end a row."""
    cells = line.count(";") + 1
    return Unreadable(
        f"The line “{shortened(line)}” may be {cells} rows, as semicolons end rows, or one row of {cells} cells, as "
        "new lines do, too. Write only semicolons or only new lines between rows.",
        line,
    )


def empty(row: int, column: int, of: str) -> Unreadable:
    """A cell, counted from 1, without anything in it."""
    place = f"Row {row}, column {column}" + (f" of {of}" if of else "")
    return Unreadable(f"{place} is empty, and nothing is put there for you. Write a number.")
