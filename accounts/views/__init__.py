"""Pages of the accounts app: form, action, response.

Rules are in `policies.py`, changes in `actions`.
"""
