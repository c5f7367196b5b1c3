"""Group norm's groups and ghost batch norm's batches: divisors, and which of them is taken where nobody chose."""

LISTED = 64  # divisors of a number that are told
LARGEST_GROUPS = 32  # that are taken unasked: Wu & He 2018, section 4.1


def divisors(of: int) -> list[int]:
    """All divisors of a number, the first 64 of them.

    >>> divisors(12)
    [1, 2, 3, 4, 6, 12]
    """
    return [number for number in range(1, of + 1) if of % number == 0][:LISTED]


def largest_divisor(of: int, most: int) -> int:
    """The largest divisor of a number up to `most`, at least 1.

    >>> largest_divisor(8, 4), largest_divisor(13, 6), largest_divisor(1, 0)
    (4, 1, 1)
    """
    return next((divisor for divisor in range(min(most, of), 1, -1) if of % divisor == 0), 1)


def automatic_ghosts(examples: int) -> int:
    """Examples of a ghost batch, at most half of the batch: two ghost batches or more, if N has such a divisor.

    >>> automatic_ghosts(32), automatic_ghosts(9), automatic_ghosts(1)
    (16, 3, 1)
    """
    return largest_divisor(examples, examples // 2)


def ghost_sizes(examples: int, *named: object) -> dict[int, int]:
    """Sizes of ghost batches to choose from, each with the examples of the last: 64, all divisors, the `named`.

    >>> ghost_sizes(5), 100 in ghost_sizes(250), ghost_sizes(250, 100)[100]
    ({1: 1, 2: 1, 3: 2, 4: 1, 5: 5}, False, 50)
    """
    own = [size for size in named if isinstance(size, int) and 1 <= size <= examples]
    sizes = sorted({*range(1, min(examples, LISTED) + 1), *divisors(examples), *own})
    return {size: examples % size or size for size in sizes}


def automatic_groups(channels: int) -> int:
    """Groups of two channels or more each, up to 32.

    >>> automatic_groups(128), automatic_groups(8), automatic_groups(7)
    (32, 4, 1)
    """
    return largest_divisor(channels, min(channels // 2, LARGEST_GROUPS))
