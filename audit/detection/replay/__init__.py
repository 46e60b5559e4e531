"""A world in files, replayed through the scan with a simulated clock: `detection_evaluate`.

Only ever on a scratch database. The format is that of docs/how-to/evaluate-detection.md.
"""
