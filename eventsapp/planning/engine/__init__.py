"""The engine: plans worked out, checked and explained, knowing neither database nor web."""
