"""The exports room: a list of cases leaves the program for a stated purpose, without names, for an hour."""
