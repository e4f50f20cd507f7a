"""For every test."""

from hypothesis import settings

# How long an example takes says nothing but how busy the machine is, or that a kernel was compiled on the way.
settings.register_profile("courtside", deadline=None)
settings.load_profile("courtside")
