"""People, organisations, accreditation and roles: who may act, and under whose name."""
