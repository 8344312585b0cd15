"""``python -m bot.embedded``: the launcher. It can be stopped before anything else is loaded."""

import sys

from bot.embedded.stopping import Stopped, listen

if __name__ == "__main__":
    try:
        listen()
        print("Opening Wekeza ...", flush=True)  # noqa: T201 - the launcher speaks to its user
        from bot.embedded import launch

        status = launch.main(sys.argv[1:])
    except Stopped:
        status = 0
    sys.exit(status)
