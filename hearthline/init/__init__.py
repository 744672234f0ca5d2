"""What an installation is made of: settings, the broker's and the database's configuration, and services."""
