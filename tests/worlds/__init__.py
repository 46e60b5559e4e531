"""Invented worlds for detection: people at honest work, a few who misuse, and what was recorded.

Written in the format of `detection_evaluate`, with the labels in files of their own. Nothing in
them is a real person or place. The product never reads this package.
"""
