"""How bodies behave from day to day, in the catalogue's units; made to look right on a plot, not to predict anybody."""
