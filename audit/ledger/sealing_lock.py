"""The advisory lock of whoever seals, or must keep the sealer waiting."""

LOCK = 5_273_094_117  # any number that nobody else uses
