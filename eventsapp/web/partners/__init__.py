"""Desks of partners: organisations."""
