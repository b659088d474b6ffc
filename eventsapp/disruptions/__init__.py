"""When a day does not go as announced: a place closes, a host cannot come, many dates move at once."""
