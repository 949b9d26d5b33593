"""The kinds of declared thing, one file a subject. `definition.types` hands them on: others import from there."""
