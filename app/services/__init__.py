"""Services: what teams ask of providers for a person, and what the providers answer without sight of the case."""
