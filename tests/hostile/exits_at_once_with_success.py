"""Ends the process with os._exit(0) while it is loaded. Must not reach: an exit code that counts as a pass."""

import os

os._exit(0)
