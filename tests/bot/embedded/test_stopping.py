"""A signal to stop is heard wherever it comes."""

import subprocess
import sys

SWALLOWED = """
import os, signal, sys, time
from bot.embedded.stopping import Stopped, listen

class Last:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(1000): pass

listen()
try:
    one = Last()
    del one
    time.sleep(20)
    print("never heard")
except Stopped:
    print("heard")
"""


def test_it_is_heard_also_where_python_lets_no_exception_out() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SWALLOWED], capture_output=True, text=True, check=False, timeout=60
    )
    assert (ran.stdout, ran.stderr) == ("heard\n", "")
