"""The index of children: contact facts, searched and read under a stated reason."""
