"""``python -m graphdiff``: the same as the command ``graphdiff``."""

from graphdiff.cli import main

if __name__ == "__main__":
    main()
