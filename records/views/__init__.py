"""HTTP for child records: form, then action or audited read, then response. No rules here."""
