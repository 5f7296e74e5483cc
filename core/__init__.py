"""Hold what every package needs: settings, errors, models and the passage record."""
