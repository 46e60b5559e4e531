"""The human case: an account is suspended, its manager told, and a team finds out why."""
