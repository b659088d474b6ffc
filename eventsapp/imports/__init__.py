"""What partners send of their own agendas: read, shown as what would happen, then taken over or not."""
