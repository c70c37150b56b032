"""The jobs room: long work one has asked for, how far it is, stopping it and letting it go on."""
