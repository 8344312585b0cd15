"""Templates are compiled once for a whole run, not once for each process and application.

A test builds an application of its own, and each would compile the pages it shows: 80 ms for one.
"""

from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache

from flows import words


def keep_compiled(folder: Path) -> None:
    """Have what is compiled from templates kept in a folder. Jinja looks whether a source is new.

    The words of conversations and the pages of the desk are compiled with other options, so each
    has a folder of its own.
    """
    kept = [folder / "words", folder / "pages"]
    for one in kept:
        one.mkdir(parents=True, exist_ok=True)
    of_words, of_pages = (FileSystemBytecodeCache(str(one)) for one in kept)
    words._environment().bytecode_cache = of_words
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": of_pages}
