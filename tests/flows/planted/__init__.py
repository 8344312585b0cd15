"""Small stories with one fault each, made from a sound one; each file is a fault.

A file has ``STORIES`` and ``PAGES`` (its words, as ``sound.pages`` makes them), the ``CODE`` that
must be found, ``AT`` (where: story, step, language and channel) and ``TOLD``, what its conversation
must say, in this order.
"""
