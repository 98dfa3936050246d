"""`python -m retarget`: the command line."""

import sys

from retarget.cli import main

if __name__ == "__main__":
    sys.exit(main())
