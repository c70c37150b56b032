"""The lifecycle room: the machines, sources, code lists and roles in force, to be read by anybody who works here."""
