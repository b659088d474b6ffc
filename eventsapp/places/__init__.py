"""Where: arrondissements, quartiers and their outlines, venues."""
