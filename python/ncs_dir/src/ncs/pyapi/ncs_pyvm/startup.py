"""The main program of a VM, where the start command looks for it."""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    # Python put this file's directory first; a package's module named like a file in it would not be found.
    if sys.path[0] == os.path.dirname(os.path.abspath(__file__)):
        del sys.path[0]
    from callpoint_vm.main import main

    main()
