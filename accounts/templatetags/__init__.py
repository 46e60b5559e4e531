"""Template tags of the whole site: they shape what is shown and decide nothing."""
