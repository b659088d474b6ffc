"""Why: the project of a territory, its axes and actions, the school calendar."""
