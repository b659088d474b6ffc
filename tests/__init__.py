"""The tests: the package tree mirrored, and flows/, letters/, browser/ and house/ beside it."""
