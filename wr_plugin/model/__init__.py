"""The field's words: codes, exact amounts, the schema, the policy, the kinds of finding. Pure Python, no I/O."""
