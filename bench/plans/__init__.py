"""What the planning engine is judged by, written apart from it: instances, verifier, generators, prototype.

`verify.py` shares nothing with the engine; `prototype.py` is the baseline that `make bench` runs beside it. Both
are taken as they came (schema.md says what the files mean) and are not checked for style.
"""
