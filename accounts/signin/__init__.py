"""Signing in: allauth (password, TOTP, passkeys, recovery codes) and axes (lock-out), bent to our
rules.
"""
