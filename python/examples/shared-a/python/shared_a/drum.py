# -*- mode: python; python-indent: 4 -*-
"""A drum of numbered tickets. There is one for each process that imports this module."""
import itertools
import threading


class Drum:
    """Gives each ticket once, whichever thread draws it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.tickets = itertools.count(1)

    def draw(self):
        with self.lock:
            return next(self.tickets)


DRUM = Drum()
