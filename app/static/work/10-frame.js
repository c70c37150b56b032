// Every page works without this file; it only saves steps. Each part of the desk adds a file of its own beside it.
