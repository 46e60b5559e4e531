"""Figures for those who watch: local teams, the central team, Parliament and the public.

Read from counts folded with the seal (role `idx_count`) and from business tables; never an event.
"""
