"""`python -m scripts.attack`: all attacks, or those that are named. Exits with 1 where one of them was not held."""

import argparse

from scripts.attack import api, faults, machines, uploads

PARTS = ("uploads", "faults", "machines", "api")


def main() -> int:
    """Run and print one part after the other."""
    options = parser().parse_args()
    held = True
    for part in options.parts or PARTS:
        print(f"\n## {part}\n", flush=True)
        if part == "uploads":
            held &= uploads.run(options.seed, options.files)
        elif part == "faults":
            held &= faults.run(options.seed)
        elif part == "machines":
            held &= machines.run(options.seed, options.students)
        else:
            held &= api.run(options.seed, options.seconds, options.examples)
    print("\nAll held." if held else "\nNot all held.")
    return 0 if held else 1


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("make attack", description="Attack a server of one's own.")
    parser.add_argument("parts", nargs="*", choices=PARTS, help="what to run; all, if nothing is named")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same cases (%(default)s)")
    parser.add_argument("--files", type=int, default=400, help="damaged files that are uploaded (%(default)s)")
    parser.add_argument("--students", type=int, default=50, help="behind a proxy with two servers (%(default)s)")
    parser.add_argument("--examples", type=int, default=40, help="random cases of a call, at most (%(default)s)")
    parser.add_argument("--seconds", type=int, default=300, help="of the API's cases, at most (%(default)s)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
