"""Unusual looks: explained first, then judged by rules that a person can read. Advises, so far: an
alert is shown to the team, which suspends or says why not. Nothing here suspends by itself.
"""
