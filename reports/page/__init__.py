"""A report as one HTML file that needs no network and prints well."""
