"""`make fuzz` (MINUTES=10): every reader of what strangers send, so long between them; SEED= repeats it."""

from __future__ import annotations

import argparse
import random
import sys

from tests.fuzzing.engine import fuzz
from tests.fuzzing.targets import TARGETS


def main() -> None:
    """Prints what each target did; ends with a traceback and the input that broke it, if any did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--only", choices=[target.name for target in TARGETS])
    chosen = parser.parse_args()
    targets = [target for target in TARGETS if chosen.only in {None, target.name}]
    for target in targets:
        report = fuzz(target, seconds=chosen.minutes * 60 / len(targets), seed=chosen.seed)
        sys.stdout.write(f"{target.name}: {report}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
