"""The main program of a VM, where the start command looks for it."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    # Python put this file's directory first; a package's module named like a file in it would not be found.
    del sys.path[0]
    from callpoint_vm.main import main

    main()
