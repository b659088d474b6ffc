"""The command line, for operators: `flask --app wsgi …`, each command with its `--help` (`commands`)."""
